import { expect, test } from "vitest";
import { SEVERITIES, severityName, severityTone } from "./severity";

test("four is the worst, and shown so while the case is open", () => {
  expect(SEVERITIES.map(severityName)).toEqual(["Critical", "High", "Normal", "Low"]);
  expect(SEVERITIES.map((one) => severityTone(one, true))).toEqual(["bad", "warn", "plain", "plain"]);
  expect(severityTone(4, false)).toBe("plain");
});
