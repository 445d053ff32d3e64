import { expect, test } from "vitest";
import type { Happening } from "../live/live.svelte";
import { Marks } from "./marks.svelte";

const came = (stream: string): Happening => ({ position: 1, stream, type: "ContactAttached", event: {} }) as Happening;
const work = (interaction_id: string, contacts: number) => ({ interaction_id, contacts });

function opened(kept: Map<string, string>, agent = "ann"): Marks {
  const marks = new Marks();
  marks.keep(agent, { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) });
  return marks;
}

test("what came and was not looked at is unread, heard of or listed, each once", () => {
  const marks = opened(new Map());
  marks.count([work("a", 1), work("b", 1)], true);
  expect([...marks.unread]).toEqual([]);
  marks.take(came("a"), 1, true);
  expect([...marks.unread]).toEqual([["a", 1]]);
  marks.count([work("a", 2), work("b", 3)], true);
  expect([...marks.unread]).toEqual([["a", 1], ["b", 2]]);
  marks.look("b");
  marks.count([work("a", 2), work("b", 4)], true);
  expect([...marks.unread]).toEqual([["a", 1]]);
  marks.count([work("b", 5)], false);
  expect(marks.unread.get("b")).toBe(1);
});

test("what was not looked at is unread still when the page is loaded anew, and what came meanwhile is, too", () => {
  const kept = new Map<string, string>();
  const marks = opened(kept);
  marks.look("a");
  marks.count([work("a", 1), work("b", 1)], true);
  marks.look("");
  marks.count([work("a", 2), work("b", 1)], true);
  const again = opened(kept);
  again.count([work("a", 3), work("b", 1)], true);
  expect([...again.unread]).toEqual([["a", 2]]);
  const other = opened(kept, "ben");
  other.count([work("a", 3)], true);
  expect([...other.unread]).toEqual([]);
});
