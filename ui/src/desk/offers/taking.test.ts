import { beforeEach, expect, test } from "vitest";
import type { Happening } from "../../live/live.svelte";
import { asTaken, Taking } from "./taking.svelte";

const WORK = { interaction_id: "interaction-1", phase: "offered", agent_id: "", accepted_at: null };
const heard = (type: string, event: Record<string, unknown>, stream = "interaction-1"): Happening => ({ type, stream, position: 1, event }) as Happening;

let taking: Taking<typeof WORK>;
beforeEach(() => {
  taking = new Taking();
  taking.begin(WORK);
});

test("what is only asked for stands as the hub says; what the hub gave is the agent's", () => {
  expect(asTaken(WORK, taking.of("interaction-1"), "ann")).toEqual(WORK);
  taking.hear(heard("OfferAccepted", { agent_id: "ben" }), "ann");
  expect(taking.of("interaction-1")?.sure).toBe(false);
  taking.hear(heard("OfferAccepted", { agent_id: "ann", at: "2026-11-23T10:00:00Z" }), "ann");
  expect(asTaken(WORK, taking.of("interaction-1"), "ann")).toEqual({ ...WORK, phase: "active", agent_id: "ann", accepted_at: "2026-11-23T10:00:00Z" });
  const ended = { ...WORK, phase: "wrap_up", agent_id: "ann" };
  expect(asTaken(ended, taking.of("interaction-1"), "ann")).toBe(ended);
});

test("once the hub's list has it nothing is kept of it", () => {
  taking.settle([WORK], "ann");
  taking.settle([{ ...WORK, phase: "active", agent_id: "ben" }], "ann");
  expect(taking.rows).toHaveLength(1);
  taking.settle([{ ...WORK, phase: "active", agent_id: "ann" }], "ann");
  expect(taking.rows).toEqual([]);
});

test("what was refused, ran out or was taken back is the agent's no more", () => {
  taking.hear(heard("OfferDeclined", { agent_id: "ann" }), "ann"); // by their phone, which may not be heard
  expect(taking.rows).toEqual([]);
  taking.begin(WORK);
  taking.hear(heard("OfferTimedOut", { agent_id: "ben" }), "ann");
  taking.hear(heard("OfferTimedOut", { agent_id: "ann" }, "interaction-2"), "ann");
  expect(taking.rows).toHaveLength(1);
  taking.hear(heard("OfferTimedOut", { agent_id: "ann" }), "ann");
  expect(taking.rows).toEqual([]);
  taking.begin(WORK);
  taking.hear(heard("InteractionAbandoned", {}), "ann");
  expect(taking.rows).toEqual([]);
});
