import { expect, test } from "vitest";
import { stateName, stepOf, whyNot } from "./sent";
import { type Contact, type Entry, type Fact, saidBy, touchOf } from "./timeline";

const planned = {
  kind: "outbound", what: "planned", at: "2026-11-23T12:00:00Z", actor: "agent:ann", channel: "sms", interaction_id: "interaction-1",
  state: "failed", state_at: "2026-11-23T12:01:00Z", reason: "no such number",
  event: { subject: "", text: "hello ".repeat(100), queue: "care", attachments: [] },
} as unknown as Fact;
const sent = { kind: "contact", contact_id: "c-1", direction: "outbound", channel: "sms", agent_id: "bob", actor: "agent:ann" } as unknown as Contact;

test("what is planned reads as what was sent: on which channel, in whose words, how far", () => {
  const touch = touchOf(planned as Entry);
  expect(touch).toMatchObject({ direction: "outbound", channel: "sms", by: "agent:ann", queue: "care", state: "failed", reason: "no such number" });
  expect(touch?.excerpt).toHaveLength(200);
});

test("who wrote it stands with what was sent, else who has the conversation", () => {
  expect(touchOf(sent)?.by).toBe("agent:ann");
  expect(touchOf({ ...sent, actor: "" })?.by).toBe("agent:bob");
  expect(touchOf({ ...sent, actor: "", agent_id: "" })?.by).toBe("");
});

test("what else happened is no touch", () => {
  expect(touchOf({ ...planned, what: "failed" } as Entry)).toBeNull();
  expect(touchOf({ ...planned, kind: "note", what: "written" } as Entry)).toBeNull();
});

test("of an identifier that nobody reads aloud a fact says what it is and its end", () => {
  const seen = (kind: string, value: string): string[] => saidBy({ event: { kind, value } } as unknown as Fact).map((one) => one.replace(/[\u2066-\u2069]/g, ""));
  expect(seen("cookie", "visitor-0123456789abcdef")).toEqual(["Chat …abcdef"]);
  expect(seen("ticket", "A12")).toEqual(["Ticket A12"]);
  expect(seen("phone", "+989121234567")).toEqual(["+989121234567"]);
});

test("a call that was made says no more; one that was not says so in its own words", () => {
  expect(stepOf("sent", "phone")).toBeNull();
  expect(stepOf("sent", "sms")).toBe("sent");
  expect(stepOf("", "sms")).toBeNull();
  expect([stateName("failed", "phone"), stateName("failed", "sms")]).toEqual(["not reached", "did not arrive"]);
});

test("why something was not sent is told in words, whoever said it", () => {
  expect(whyNot("too_late")).toBe("it would have come too late");
  expect(whyNot("nobody_in").replace(/[\u2066-\u2069]/g, "")).toBe("nobody in");
});
