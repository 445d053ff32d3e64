import { expect, test } from "vitest";
import { asParams, askedIn, SPANS, spanOf } from "./asking";

const TODAY = "2026-11-23";
const of = (params: Record<string, string>) => askedIn((name) => params[name] ?? "", TODAY);

test("an address without anything asks for today by hours", () => {
  expect(of({})).toEqual({ from: TODAY, to: TODAY, grain: "1h", by: [], queue: "" });
});

test("an address comes back as it was asked", () => {
  for (const asked of [
    { from: "2026-11-01", to: "2026-11-20", grain: "1d", by: ["queue", "channel"], queue: "cards" },
    { from: TODAY, to: TODAY, grain: "", by: [], queue: "" },
    { from: TODAY, to: TODAY, grain: "", by: ["agent"], queue: "" },
  ] as const) {
    expect(of(asParams({ ...asked, by: [...asked.by] }))).toEqual(asked);
  }
});

test("what is wrong in an address is as it would be anew", () => {
  expect(of({ from: "yesterday", to: "2026-13-01", by: "moon,queue" })).toEqual({ from: TODAY, to: TODAY, grain: "", by: ["queue"], queue: "" });
  expect(of({ from: "2026-11-20", to: "2026-11-10" }).to).toBe("2026-11-20");
});

test("spans by the week and the month of who reads", () => {
  expect(SPANS.map((span) => spanOf(span, TODAY, "persian", 6))).toEqual([
    ["2026-11-23", "2026-11-23"],
    ["2026-11-22", "2026-11-22"],
    ["2026-11-21", "2026-11-23"],
    ["2026-11-14", "2026-11-20"],
    ["2026-11-22", "2026-11-23"],
    ["2026-10-23", "2026-11-21"],
  ]);
  expect(spanOf("last_month", TODAY, "gregory", 1)).toEqual(["2026-10-01", "2026-10-31"]);
});
