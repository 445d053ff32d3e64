import { afterEach, expect, test } from "vitest";
import { locale } from "../../words/locale.svelte";
import { detailOf } from "./details";

const NAMES = { queue: (name: string) => `Queue ${name}`, code: (name: string) => `Code ${name}`, agent: (id: string) => `Dr ${id}` };
const PLAIN = /[\u2066-\u2069]/g;
const told = (type: string, detail: string): string => detailOf({ type, detail }, NAMES).replace(PLAIN, "");
/** As the hub writes them: hub/projections/interactions_lines.py. */
const WRITTEN: [string, string][] = [
  ["InteractionTransferred", "to sales"],
  ["InteractionTransferred", "warm to agent ann"],
  ["InteractionParked", "until 2026-11-23T12:00:00Z"],
  ["InteractionUnparked", "time: first ann"],
  ["CallbackScheduled", "at 2026-11-23T12:00:00Z"],
  ["CallbackScheduled", "when its turn comes"],
  ["CallbackMissed", "attempt 2: no_answer: given up"],
  ["DeclinesForgotten", "2026-11-23T12:00:00Z"],
  ["InteractionQueued", "asks about interaction-1"],
];

afterEach(() => (locale.language = "en"));

test("codes, queues and agents are called as everywhere else, with what people said", () => {
  expect(told("WrapUpCompleted", "no_answer_needed")).toBe("Code no_answer_needed");
  expect(told("InteractionTransferred", "to sales: knows her\nwell")).toBe("to Queue sales; knows her\nwell");
  expect(told("InteractionTransferred", "warm to agent ann: as agreed")).toBe("to Dr ann, after a talk; as agreed");
  expect(told("InteractionUnparked", "time: first ann")).toBe("its time had come; first to Dr ann");
  expect(told("CallbackMissed", "attempt 2: no_answer: given up")).toBe("attempt 2; nobody answered; the last one");
  expect(told("InteractionParked", "waits for papers: two of them")).toBe("waits for papers: two of them");
  expect(told("InteractionParked", "until 2026-11-23T12:00:00Z: papers")).toMatch(/^until \D*\d.*; papers$/);
});

test("no line shows the hub's English, its times nor its names to who reads Persian", () => {
  locale.language = "fa";
  for (const [type, detail] of WRITTEN) {
    const said = told(type, detail).replace(/Dr ann|Queue sales/, "");
    expect(said).toMatch(/[\u0600-\u06ff]/);
    expect(said).not.toMatch(/[a-zA-Z]|T\d\d:/);
  }
});

test("ids of contacts and of other work are not read", () => {
  for (const type of ["InteractionQueued", "ContactAttached", "InteractionReopened", "InteractionInterrupted"]) expect(told(type, "contact-17")).toBe("");
});

test("what it does not know stays as it was written", () => {
  expect(told("InteractionTransferred", "by carrier pigeon")).toContain("by carrier pigeon");
});
