import { QueryClient, QueryObserver } from "@tanstack/svelte-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { refreshing } from "../board/refreshing";
import { customerKey, keepFresh } from "../customer/reading";
import { followed } from "./followed";

const heard = vi.hoisted(() => ({ follows: [] as string[], told: new Set<(one: object) => void>() }));
vi.mock("./live.svelte", () => ({
  live: {
    follow: (kind: string, name: string) => {
      heard.follows.push(`${kind} ${name}`);
      return () => void heard.follows.splice(heard.follows.indexOf(`${kind} ${name}`), 1);
    },
    on: (tell: (one: object) => void) => {
      heard.told.add(tell);
      return () => heard.told.delete(tell);
    },
  },
}));

const MINA = [...customerKey("customer-mina"), "whole"];
const OTHER = [...customerKey("customer-other"), "whole"];
let reads: QueryClient;
const isOld = (key: readonly unknown[]): boolean | undefined => reads.getQueryState(key)?.isInvalidated;

beforeEach(() => {
  vi.useFakeTimers();
  reads = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000 } } });
  reads.setQueryData(MINA, "read");
  reads.setQueryData(OTHER, "read");
});
afterEach(() => {
  reads.clear();
  vi.useRealTimers();
});

/** As a page shows it; how often it was read. */
function shown(key: readonly unknown[]): { reads: () => number; leave: () => void } {
  const read = vi.fn(async () => "read anew");
  const leave = new QueryObserver(reads, { queryKey: key, queryFn: read }).subscribe(() => undefined);
  return { reads: () => read.mock.calls.length, leave };
}

test("a customer who is left and opened again is read again, also within the time a reading is kept", async () => {
  const first = shown(MINA);
  const leave = keepFresh(reads, "customer-mina");
  expect([first.reads(), isOld(MINA)]).toEqual([0, false]);
  leave();
  first.leave();
  await vi.advanceTimersByTimeAsync(1);
  expect([isOld(MINA), isOld(OTHER), first.reads(), heard.follows.length, heard.told.size]).toEqual([true, false, 0, 0, 0]);
  const second = shown(MINA);
  await vi.advanceTimersByTimeAsync(1);
  expect([second.reads(), isOld(MINA)]).toEqual([1, false]);
  second.leave();
});

test("what happened just before a customer was left is not lost", async () => {
  const leave = keepFresh(reads, "customer-mina");
  for (const tell of heard.told) tell({ position: 7, stream: "customer-mina", type: "CaseOpened" });
  leave();
  await vi.advanceTimersByTimeAsync(1);
  expect(isOld(MINA)).toBe(true);
});

test("who shows the same in its place reads it anew", async () => {
  const leave = followed(reads, "customer", "customer-mina", [MINA]);
  leave();
  const next = shown(MINA);
  await vi.advanceTimersByTimeAsync(1);
  expect([next.reads(), isOld(MINA)]).toEqual([1, false]);
  next.leave();
});

test("a page of the board that is left and opened again is read again", async () => {
  const leave = refreshing(reads, "queue", "care", [OTHER], () => true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(isOld(OTHER)).toBe(false);
  leave();
  await vi.advanceTimersByTimeAsync(1);
  expect([isOld(OTHER), isOld(MINA)]).toEqual([true, false]);
});
