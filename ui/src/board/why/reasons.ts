/** The reasons that the hub keeps with its decisions, in the reader's words; what is not known here stays as it was written. */
import { said as hubSaid } from "../../words/hub.svelte";
import { actorName } from "../../words/actors";
import { duration, isolated } from "../../words/locale.svelte";
import { named } from "../states";
import { say } from "./reason_words";
import { say as why, type WhyKey } from "./words";

export type Names = { queue: (name: string) => string; code: (name: string) => string; agent: (id: string) => string; actors?: Readonly<Record<string, string>> };
type Found = Record<string, string>;
type Told = [RegExp, (found: Found, names: Names) => string];

const ORDERS: Record<string, WhyKey> = {
  "the highest priority, then the longest waiting": "order_priority",
  "the longest waiting": "order_age",
  "the first to miss its target": "order_deadline",
  "the highest priority, which grows with age": "order_growing",
  "what the agent is best at, then the longest waiting": "order_skill",
};
const CHOICES: Record<string, WhyKey> = {
  "longest idle": "longest_idle",
  "highest level, then longest idle": "highest_level",
  "least occupied, then longest idle": "least_occupied",
  "fewest today, then longest idle": "fewest_today",
  "longest since the last offer": "round_robin",
  "fastest, then longest idle": "fastest",
};
const OBSTACLES: Record<string, Parameters<typeof say>[0]> = {
  "closed by a supervisor": "is_paused",
  "drained by a supervisor": "is_drained",
  "out of hours": "is_closed",
  "served by nobody who is signed on": "is_unserved",
  full: "is_full",
  "too slow": "is_slow",
};
const CONDITIONS = ["segment", "value tier", "lifecycle stage", "channel", "service", "language"] as const;

const TOLD: Told[] = [
  [/^rule (?<n>\d+): (?<asked>.+) -> queue (?<queue>\S+)$/, ({ n, asked, queue }, names) => say("rule", { n: Number(n), asked: conditions(asked ?? ""), queue: names.queue(queue ?? "") })],
  [
    /^queue (?<queue>\S+), priority (?<priority>-?\d+), waited (?<age>[\d.]+) s: (?<order>.+) of all that the agent may take$/,
    ({ queue, priority, age, order }, names) =>
      say("work", { queue: names.queue(queue ?? ""), priority: Number(priority), age: duration(Number(age)), order: whyName(ORDERS, order) }),
  ],
  [/^(?<choice>.+) of those who fit: idle (?<idle>[\d.]+) s, (?<units>\d+) units free$/, ({ choice, idle, units }) => say("agent_chosen", { choice: whyName(CHOICES, choice), idle: duration(Number(idle)), units: Number(units) })],
  [/^it waits for this agent first, (?<units>\d+) units free$/, ({ units }) => say("bound", { units: Number(units) })],
  [/^(?<units>\d+) units free$/, ({ units }) => say("room", { units: Number(units) })],
  [/^given by (?<who>.+)$/, ({ who }, names) => say("given", { who: person(who ?? "", names) })],
  [/^pulled by (?<who>\S+) from queue (?<queue>\S+), which lets agents choose$/, ({ who, queue }, names) => say("pulled", { who: names.agent(who ?? ""), queue: names.queue(queue ?? "") })],
  [/^called to desk (?<desk>.*)$/, ({ desk }) => say("called", { desk: desk ?? "" })],
  [/^(?<how>moved by a supervisor|drained|overflow): to queue (?<queue>\S+)$/, ({ how, queue }, names) => say("into", { how: say.of(how ?? ""), queue: names.queue(queue ?? "") })],
  [/^(?<how>transferred by an agent|advice asked for by an agent) to queue (?<queue>\S+)$/, ({ how, queue }, names) => say("into", { how: say.of(how ?? ""), queue: names.queue(queue ?? "") })],
  [/^(?<how>transferred by an agent|advice asked for by an agent) to (?<who>\S+)$/, ({ how, who }, names) => say("into", { how: say.of(how ?? ""), queue: names.agent(who ?? "") })],
  [/^transferred to (?<who>\S+), who was consulted$/, ({ who }, names) => say("warm", { who: names.agent(who ?? "") })],
  [/^queue (?<queue>\S+) is (?<obstacle>[^:]+): to queue (?<to>\S+)$/, ({ queue, obstacle, to }, names) => say("diverted", { queue: names.queue(queue ?? ""), obstacle: obstacleName(obstacle), to: names.queue(to ?? "") })],
  [/^queue (?<queue>\S+) is (?<obstacle>[^:]+): (?<action>wait|refuse|callback)$/, ({ queue, obstacle, action }, names) => say("obstacle", { queue: names.queue(queue ?? ""), obstacle: obstacleName(obstacle), action: say.of(`then_${action}`) })],
  [/^the customer came back to (?<work>\S+)$/, ({ work }) => say("came_back", { work: work ?? "" })],
  [
    /^(?<from>\S+) to (?<to>\S+): (?<how>moved by a supervisor|drained|overflow|policy)(?:: (?<said>.*))?$/,
    ({ from, to, how, said }, names) => [say("moved", { from: names.queue(from ?? ""), to: names.queue(to ?? ""), how: say.of(how ?? "") }), said ? isolated(said) : ""].filter(Boolean).join(" "),
  ],
  [/^(?<step>first requirement|step \d+): (?<why>entry delay|time|nobody signed on|declined)$/, ({ step, why: because }) => `${step === "first requirement" ? say("first_step") : say("step", { n: Number(step?.slice(5)) })}: ${say.of(because ?? "")}`],
  [/^priority (?<priority>-?\d+)$/, ({ priority }) => say("priority", { priority: Number(priority) })],
  [/^(?<age>-?[\d.e+]+) s older$/, ({ age }) => say(Number(age) < 0 ? "younger" : "older", { age: duration(Math.abs(Number(age))) })],
];

export function retold(text: string, names: Names): string {
  const known = say.of(text);
  if (known !== text) return known;
  for (const [pattern, tell] of TOLD) {
    const found = pattern.exec(text);
    if (found) return tell(found.groups ?? {}, names);
  }
  const shared = named(text);
  return shared === text ? hubSaid(text) : shared;
}

/** Why a rule of the policy did not take a contact: its first condition that was not met. */
export function missed(one: { condition: string; found: string; wanted: string; why_not: string }): string {
  if (!one.condition) return hubSaid(one.why_not);
  return say("missed", { condition: say.of(one.condition), found: one.found ? named(one.found) : say("not_known"), wanted: named(one.wanted) });
}

/** Who did it, as the log names them: `agent:ann`, `person:…`, `operator:…`. */
export function person(actor: string, names: Names): string {
  return actor.startsWith("agent:") ? names.agent(actor.slice("agent:".length)) : actorName(actor, names.actors);
}

function conditions(asked: string): string {
  if (asked === "anything else") return say("anything_else");
  return asked
    .split(", ")
    .map((part) => {
      const condition = CONDITIONS.find((one) => part.startsWith(`${one} `));
      return condition ? `${say.of(condition.replace(" ", "_"))} ${isolated(named(part.slice(condition.length + 1)))}` : isolated(part);
    })
    .join(say("comma"));
}

function whyName(words: Record<string, WhyKey>, text = ""): string {
  const key = words[text];
  return key ? why(key) : text;
}

function obstacleName(text = ""): string {
  const key = OBSTACLES[text];
  return key ? say(key) : text;
}
