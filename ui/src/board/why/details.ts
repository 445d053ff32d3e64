/** What a line of an interaction's history says beside who did what, in the reader's words: codes, times, queues and agents by what they are called. */
import { isolated, moment } from "../../words/locale.svelte";
import { words } from "../../words/words";
import { type Names, retold } from "./reasons";

const say = words({
  en: {
    to: "to {to}",
    warm: "to {to}, after a talk",
    until: "until {until}",
    at: "at {at}",
    since: "since {at}",
    advice: "a colleague's advice is wanted",
    turn: "when its turn comes",
    first: "first to {who}",
    attempt: "attempt {n}",
    again: "again {at}",
    last: "the last one",
    no_answer: "nobody answered",
    busy: "busy",
    failed: "it failed",
    time: "its time had come",
    customer: "the customer wrote",
    agent: "an agent took it up again",
    comma: "; ",
  },
  fa: {
    to: "به {to}",
    warm: "به {to}، پس از گفت‌وگو با او",
    until: "تا {until}",
    at: "در {at}",
    since: "از {at}",
    advice: "مشورت همکاری خواسته شد",
    turn: "هنگامی که نوبتش برسد",
    first: "نخست به {who}",
    attempt: "بار {n}",
    again: "دوباره {at}",
    last: "بار آخر",
    no_answer: "کسی پاسخ نداد",
    busy: "اشغال بود",
    failed: "ناموفق بود",
    time: "زمانش رسیده بود",
    customer: "مشتری نوشت",
    agent: "کارشناسی دوباره به آن پرداخت",
    comma: "؛ ",
  },
});

type Line = { type: string; detail: string };
type Tell = (found: Record<string, string | undefined>, names: Names) => (string | undefined)[];
const when = (at: string): string => moment(at, new Date());

/** By the kind of line, as the hub writes them: hub/projections/interactions_lines.py. */
const TOLD: Record<string, [RegExp, Tell]> = {
  InteractionTransferred: [
    /^(?<warm>warm )?to (?:agent (?<agent>[^\s:]+)|(?<queue>[^\s:]+))(?:: (?<said>.*))?$/s,
    ({ warm, agent, queue, said }, names) => [say(warm ? "warm" : "to", { to: agent ? names.agent(agent) : names.queue(queue ?? "") }), said],
  ],
  InteractionParked: [/^(?:until (?<until>\d{4}-\S+Z)(?:: )?)?(?<said>.*)$/s, ({ until, said }) => [until && say("until", { until: when(until) }), said]],
  InteractionUnparked: [/^(?<why>\w+)(?:: first (?<who>\S+))?$/, ({ why, who }, names) => [say.of(why ?? ""), who && say("first", { who: names.agent(who) })]],
  CallbackScheduled: [/^(?:at (?<at>\S+)|when its turn comes)$/, ({ at }) => [at ? say("at", { at: when(at) }) : say("turn")]],
  CallbackMissed: [
    /^attempt (?<n>\d+): (?<outcome>\w+): (?:again (?<at>\S+)|given up)$/,
    ({ n, outcome, at }) => [say("attempt", { n: Number(n) }), say.of(outcome ?? ""), at ? say("again", { at: when(at) }) : say("last")],
  ],
  WrapUpCompleted: [/^(?<code>.+)$/, ({ code }, names) => [isolated(names.code(code ?? ""))]],
  DeclinesForgotten: [/^(?<at>\d{4}-\S+Z)$/, ({ at }) => [say("since", { at: when(at ?? "") })]],
  InteractionQueued: [/^asks about /, () => [say("advice")]],
};
/** Lines that name but a contact, or other work, by its id. */
const OF_IDS = new Set(["InteractionQueued", "ContactAttached", "InteractionReopened", "InteractionInterrupted"]);

/** Empty: nothing that anybody would read. */
export function detailOf({ type, detail }: Line, names: Names): string {
  if (!detail || (OF_IDS.has(type) && !TOLD[type]?.[0].test(detail))) return "";
  const [pattern, tell] = TOLD[type] ?? [];
  const found = pattern?.exec(detail);
  return found && tell ? tell(found.groups ?? {}, names).filter(Boolean).join(say("comma")) : retold(detail, names);
}
