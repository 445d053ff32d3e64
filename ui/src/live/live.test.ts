import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Happening, Live } from "./live.svelte";

type Asked = { url: string; last: string | null; say: (text: string) => void; cut: () => void };
let asked: Asked[];

function hub(): typeof fetch {
  return async (input, init) => {
    const stream = new TransformStream<Uint8Array, Uint8Array>();
    const writer = stream.writable.getWriter();
    const encoder = new TextEncoder();
    const one: Asked = {
      url: String(input),
      last: new Headers(init?.headers).get("Last-Event-ID"),
      say: (text) => void writer.write(encoder.encode(text)).catch(() => {}),
      cut: () => void writer.close().catch(() => {}),
    };
    asked.push(one);
    init?.signal?.addEventListener("abort", () => void writer.abort().catch(() => {}));
    return new Response(stream.readable);
  };
}

const event = (position: number): string =>
  `id: ${position}\nevent: AgentStateChanged\ndata: {"position":${position},"stream":"agent-1","type":"AgentStateChanged","event":{}}\n\n`;
const settle = (ms = 100): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test("after a cut it goes on behind the last it heard, without reading all anew", async () => {
  const live = new Live(hub());
  const heard: number[] = [];
  let fresh = 0;
  live.on((one: Happening) => heard.push(one.position));
  live.onFresh(() => fresh++);
  live.follow("agent", "ann");
  await settle();
  asked[0]?.say(event(7));
  await settle();
  asked[0]?.cut();
  await settle(10_000);
  asked[1]?.say(event(8));
  await settle();
  expect([heard, asked.map((one) => one.last), fresh]).toEqual([[7, 8], [null, "7"], 1]);
  expect(live.state).toBe("live");
});

test("silence is a cut", async () => {
  const live = new Live(hub());
  live.follow("agent", "ann");
  await settle();
  await settle(34_000);
  expect(asked.length).toBe(1);
  await settle(12_000);
  expect(asked.length).toBe(2);
});

test("another page's topic joins the same stream, and leaves it", async () => {
  const live = new Live(hub());
  live.follow("agent", "ann");
  await settle();
  asked[0]?.say(event(3));
  await settle();
  const leave = live.follow("customer", "c 1");
  await settle();
  leave();
  leave();
  await settle();
  expect(asked.map((one) => [one.url, one.last])).toEqual([
    ["/v1/stream?agent=ann&settled=true", null],
    ["/v1/stream?agent=ann&customer=c%201&settled=true", "3"],
    ["/v1/stream?agent=ann&settled=true", "3"],
  ]);
});

test("who comes to the board, again too, is told all of it, and reads anew what may have been missed meanwhile", async () => {
  const live = new Live(hub());
  let fresh = 0;
  live.onFresh(() => fresh++);
  live.follow("agent", "ann");
  await settle();
  asked[0]?.say(event(3));
  await settle();
  for (const position of [8, 9]) {
    const leave = live.follow("board", "*");
    asked.at(-1)?.say(event(position - 2)); // while the stream that knows of no board is still read
    await settle();
    asked.at(-1)?.say(event(position));
    asked.at(-1)?.cut();
    await settle(10_000);
    leave();
    await settle();
  }
  expect(asked.map((one) => [one.url.includes("board"), one.last])).toEqual([
    [false, null],
    [true, null],
    [true, "8"],
    [false, "8"],
    [true, null],
    [true, "9"],
    [false, "9"],
  ]);
  expect(fresh).toBe(3);
});

test("too far behind, everything is read anew", async () => {
  const live = new Live(hub());
  let fresh = 0;
  live.onFresh(() => fresh++);
  live.follow("queue", "*");
  await settle();
  asked[0]?.say('id: 900\nevent: reset\ndata: {"position":900,"snapshot":{}}\n\n');
  await settle();
  expect(fresh).toBe(2);
});
