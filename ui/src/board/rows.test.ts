import { expect, test } from "vitest";
import { type Agent, emptyTables, type News, type Queue, take } from "./rows";

const agent = (agent_id: string, state: string): Agent => ({ agent_id, state }) as Agent;
const queue = (name: string, waiting: number): Queue => ({ name, waiting }) as Queue;
const news = (more: Partial<News>): News => ({ full: false, position: 1, at: "", queues: {}, agents: {}, gone: [], channels: {}, totals: null, ...more });

test("a whole board replaces what was there", () => {
  const tables = emptyTables();
  take(tables, news({ full: true, agents: [agent("a", "ready")], queues: [queue("q", 1)] }));
  take(tables, news({ full: true, agents: [agent("b", "away")] }));
  expect([...tables.agents.keys(), ...tables.queues.keys()]).toEqual(["b"]);
});

test("what changed is put in its place, and all else stays the very same row", () => {
  const tables = emptyTables();
  take(tables, news({ full: true, agents: [agent("a", "ready"), agent("b", "ready"), agent("c", "ready")] }));
  const before = tables.agents.get("a");
  const touched = take(tables, news({ agents: { b: agent("b", "away") }, gone: ["c", "nobody"] }));
  expect([...tables.agents.values()].map((one) => [one.agent_id, one.state])).toEqual([["a", "ready"], ["b", "away"]]);
  expect(tables.agents.get("a")).toBe(before);
  expect(touched).toEqual({ queues: false, agents: true, channels: false });
});

test("news of nothing touch nothing", () => {
  expect(take(emptyTables(), news({}))).toEqual({ queues: false, agents: false, channels: false });
});
