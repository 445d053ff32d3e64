import { expect, test } from "vitest";
import { type Candidate, type Decision, eventName, fate, headline, input, total } from "./decisions";

const decision = (more: Partial<Decision>): Decision => ({ agent_id: "", queue: "", from_queue: "", ...more }) as Decision;
const candidate = (agent_id: string, rule: Candidate["rule"]): Candidate => ({ agent_id, rule, rank: null, inputs: {} });

test("the chosen, who could have had it, and who was excluded", () => {
  const one = decision({ type: "InteractionOffered", agent_id: "ann" });
  expect([candidate("ann", "fits"), candidate("bob", "fits"), candidate("cid", "skill")].map((each) => fate(one, each))).toEqual(["chosen", "kept", "excluded"]);
});

test("a supervisor may choose somebody whom the rules exclude", () => {
  expect(fate(decision({ agent_id: "cid" }), candidate("cid", "skill"))).toBe("chosen");
});

test("a headline names agents and queues as they are called", () => {
  const name = (id: string): string => id.toUpperCase();
  expect(headline(decision({ type: "InteractionOffered", agent_id: "ann" }), name, name)).toContain("ANN");
  expect(headline(decision({ type: "InteractionMoved", from_queue: "a", queue: "b" }), name, name)).toMatch(/A.*B/);
});

test("counts, inputs and unknown events", () => {
  expect(total({ fits: 2, skill: 40 })).toBe(42);
  expect(input({ inputs: { level: 3, pace: "x" } }, "pace")).toBe(null);
  expect([eventName("OfferAccepted"), eventName("SomethingNew")]).toEqual(["Accepted", "SomethingNew"]);
});
