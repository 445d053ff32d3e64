import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../../api/client";
import { EMPTY } from "./draft.svelte";
import { type Leaving, Sending } from "./sending.svelte";

const store = new Map<string, string>();
const kept = { getItem: (key: string) => store.get(key) ?? null, setItem: (key: string, value: string) => void store.set(key, value), removeItem: (key: string) => void store.delete(key) };
const words = (text: string): Leaving => ({ kind: "reply", words: { ...EMPTY, text, request: `r-${text}` } });
const away = new Refusal(0, "unreachable", "away");
const closed = new Refusal(409, "urn:hub:problem:refused", "it can't be sent");

let answer: () => Promise<void>;
let came: string[];
let box: string[];
/** Whether what is refused may go back into the box. */
let room = false;

function sending(): Sending {
  return new Sending(
    "x",
    {
      post: async (one) => {
        await answer();
        if (!came.includes(one.words.request)) came.push(one.words.request);
      },
      done: () => {},
      back: (one) => room && box.push(one.words.text) > 0,
      worded: (error) => error.message,
    },
    kept,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  store.clear();
  [came, box, room] = [[], [], false];
  answer = async () => {};
});
afterEach(() => vi.useRealTimers());

test("what was typed while the last was on its way follows it", async () => {
  let arrived = (): void => {};
  answer = () => new Promise((done) => (arrived = done));
  const one = sending();
  void one.add(words("first"));
  void one.add(words("second"));
  await vi.advanceTimersByTimeAsync(600);
  expect(one.all.map(({ words: { text }, slow }) => [text, slow])).toEqual([["first", true], ["second", true]]);
  arrived();
  await vi.advanceTimersByTimeAsync(0);
  expect(came).toEqual(["r-first"]);
  arrived();
  await vi.advanceTimersByTimeAsync(0);
  expect([came, one.all.length, store.size]).toEqual([["r-first", "r-second"], 0, 0]);
});

test("what the hub had before its answer was lost is brought under the same name after a reload", async () => {
  answer = () => new Promise(() => {});
  void sending().add(words("first"));
  answer = async () => {};
  came = ["r-first"];
  const again = sending();
  expect(again.all.map((one) => one.words.text)).toEqual(["first"]);
  await again.run();
  expect([came, again.all.length, store.size]).toEqual([["r-first"], 0, 0]);
});

test("what is refused is back in the box, or stands beside what is there by now", async () => {
  answer = () => Promise.reject(closed);
  room = true;
  const one = sending();
  await one.add(words("first"));
  expect([box, one.all.length, store.size]).toEqual([["first"], 0, 0]);
  room = false;
  await one.add(words("second"));
  expect(one.all.map(({ why, over }) => [why, over])).toEqual([["it can't be sent", true]]);
  answer = async () => {};
  await one.again(one.all[0] as (typeof one.all)[number]);
  expect([came, one.all.length]).toEqual([["r-second"], 0]);
});

test("while the hub is away it is tried again by itself, and what follows waits", async () => {
  answer = () => Promise.reject(away);
  const one = sending();
  await one.add(words("first"));
  await one.add(words("second"));
  expect([came, one.all.map(({ over }) => over)]).toEqual([[], [false, false]]);
  answer = async () => {};
  await vi.advanceTimersByTimeAsync(4000);
  expect([came, one.all.length]).toEqual([["r-first", "r-second"], 0]);
});

test("where nobody looks any more it waits for who looks next", async () => {
  let refuse = (_: unknown): void => {};
  answer = () => new Promise((_, no) => (refuse = no));
  room = true;
  const one = sending();
  void one.add(words("first"));
  one.stop();
  refuse(closed);
  await vi.advanceTimersByTimeAsync(5000);
  expect([box, store.size]).toEqual([[], 1]);
});
