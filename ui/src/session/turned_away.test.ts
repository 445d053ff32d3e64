import { expect, test } from "vitest";
import { turnedAway } from "./turned_away";

test("each reason has its own words", () => {
  const codes = ["refused", "stale", "unknown", "no-team", "unavailable"];
  expect(new Set(codes.map((code) => turnedAway(`?sign_in=${code}`))).size).toBe(codes.length);
});

test("nothing is said where nobody was sent back, nor of a reason that nobody gives", () => {
  for (const query of ["", "?sign_in=", "?sign_in=toString", "?other=refused"]) expect(turnedAway(query)).toBe("");
});
