import { afterEach, expect, test } from "vitest";
import { locale } from "../../words/locale.svelte";
import { missed, retold } from "./reasons";

const NAMES = { queue: (name: string) => name.toUpperCase(), code: (name: string) => name, agent: (id: string) => `Dr ${id}` };
/** As the hub writes them: hub/router. */
const WRITTEN = [
  "rule 2: value tier high, service sales -> queue sales",
  "rule 9: anything else -> queue general",
  "queue sales, priority 10, waited 12.3 s: the highest priority, then the longest waiting of all that the agent may take",
  "longest idle of those who fit: idle 61.0 s, 100 units free",
  "highest level, then longest idle of those who fit: idle 61.0 s, 100 units free",
  "it waits for this agent first, 25 units free",
  "given by agent:sam",
  "pulled by ann from queue sales, which lets agents choose",
  "called to desk 3",
  "moved by a supervisor: to queue sales",
  "transferred by an agent to queue sales",
  "transferred by an agent to ann",
  "transferred to ann, who was consulted",
  "queue sales is out of hours: to queue desk",
  "queue sales is full: refuse",
  "sales to desk: moved by a supervisor: they know her there",
  "sales to desk: drained",
  "step 2: nobody signed on",
  "first requirement: time",
  "priority 7",
  "-60 s older",
  "account_owner",
  "declined",
];

afterEach(() => (locale.language = "en"));

test("every reason the hub writes is told in both languages", () => {
  const english = WRITTEN.map((text) => retold(text, NAMES));
  locale.language = "fa";
  const persian = WRITTEN.map((text) => retold(text, NAMES));
  for (const text of persian) expect(text).toMatch(/[\u0600-\u06ff]/);
  expect(english).not.toEqual(persian);
  expect(persian.join(" ")).not.toMatch(/queue|agent\b|priority|waited|idle|units/);
});

test("queues and agents are called as everywhere else", () => {
  expect(retold("transferred to ann, who was consulted", NAMES)).toContain("Dr ann");
  expect(retold("sales to desk: drained", NAMES)).toMatch(/SALES.*DESK/);
  expect(retold("given by agent:sam", NAMES)).toContain("Dr sam");
});

test("what people wrote, and what a newer hub says, stays as it is", () => {
  expect(retold("sales to desk: moved by a supervisor: they know her there", NAMES)).toContain("they know her there");
  expect(retold("by the stars", NAMES)).toContain("by the stars");
});

test("why a rule did not take a contact", () => {
  locale.language = "fa";
  const told = missed({ condition: "value_tier", found: "", wanted: "high", why_not: "value tier is not known, not high" });
  expect(told).toMatch(/سطح ارزش.*نامعلوم.*است، نه.*بالا/);
});

test("who ended it is told as everywhere else, never as a sentence with holes in it", () => {
  expect(retold("agent", NAMES)).toBe("Agent");
  locale.language = "fa";
  expect(["agent", "customer"].map((one) => retold(one, NAMES))).toEqual(["کارشناس", "مشتری"]);
});
