import { expect, test } from "vitest";
import { talking } from "./talking";

const call = { agent_id: "ann", phase: "active", channel: "phone" };

test("who has a call or a visit in hand talks", () => {
  expect(talking([call], "ann")).toBe(true);
  expect(talking([{ ...call, channel: "in_person" }], "ann")).toBe(true);
});

test("neither another's call, nor one that is over, nor an open mail is talk", () => {
  expect(talking([{ ...call, agent_id: "bob" }], "ann")).toBe(false);
  expect(talking([{ ...call, phase: "wrap_up" }], "ann")).toBe(false);
  expect(talking([{ ...call, channel: "email" }], "ann")).toBe(false);
  expect(talking([], "ann")).toBe(false);
});
