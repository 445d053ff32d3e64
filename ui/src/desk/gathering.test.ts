import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Gathering } from "./gathering";

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => vi.useRealTimers());

test("what a hundred events concern is read twice: soon, and when they are over", () => {
  const read: string[][][] = [];
  const gathering = new Gathering((keys) => read.push(keys));
  gathering.add(["mine"], ["offers"]);
  vi.advanceTimersByTime(50);
  expect(read).toEqual([[["mine"], ["offers"]]]);
  for (let count = 0; count < 100; count++) gathering.add(["mine"]);
  vi.advanceTimersByTime(1000);
  expect(read.slice(1)).toEqual([[["mine"]]]);
});

test("nothing is read of nothing, nor after the end", () => {
  const read: string[][][] = [];
  const gathering = new Gathering((keys) => read.push(keys));
  gathering.add();
  vi.advanceTimersByTime(1000);
  gathering.add(["mine"]);
  gathering.stop();
  vi.advanceTimersByTime(1000);
  expect(read).toEqual([]);
});
