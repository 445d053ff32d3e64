import { expect, test } from "vitest";
import type { Totals } from "./rows";
import { Trend } from "./trend.svelte";

const totals = (contacts: number): Totals => ({ contacts, in_queue: 1, active: 2, available: 3, service_level: null }) as Totals;

function shelf(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

test("a point every ten seconds, of one hour", () => {
  const trend = new Trend(shelf());
  for (let second = 0; second < 5000; second++) trend.add(second * 1000, totals(second));
  expect(trend.points.length).toBe(360);
  expect(trend.points.at(-1)?.contacts).toBe(60);
});

test("a gap is no rush of contacts", () => {
  const trend = new Trend(shelf());
  trend.add(0, totals(10));
  trend.add(600_000, totals(5000));
  expect(trend.points.at(-1)?.contacts).toBe(null);
});

test("it is still there after a reload, whatever lies in the shelf", () => {
  const kept = shelf();
  const trend = new Trend(kept);
  trend.add(1000, totals(1));
  trend.keep();
  expect(new Trend(kept).points).toEqual(trend.points);
  kept.setItem("hub.board.trend", "{");
  expect(new Trend(kept).points).toEqual([]);
});
