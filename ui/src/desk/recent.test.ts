import { expect, test } from "vitest";
import type { Happening } from "../live/live.svelte";
import { Marks } from "./marks.svelte";
import { Recent } from "./recent.svelte";

test("of more than it holds the one that was not put for longest is forgotten", () => {
  const recent = new Recent<number>(2);
  recent.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  expect([...recent]).toEqual([["a", 3], ["c", 4]]);
});

test("a day of others' conversations leaves the marks of the last two hundred", () => {
  const marks = new Marks();
  const of = (type: string, stream: string, event: Record<string, unknown> = {}) => marks.take({ position: 1, stream, type, event } as Happening, 1, true);
  for (let number = 0; number < 1000; number++) {
    of("ContactAttached", `interaction-${number}`);
    of("CustomerRead", "", { interaction_id: `interaction-${number}` });
  }
  expect([marks.unread.size, marks.read.size, marks.typing.size]).toEqual([200, 200, 0]);
  expect([marks.unread.get("interaction-999"), marks.unread.has("interaction-0")]).toEqual([1, false]);
});
