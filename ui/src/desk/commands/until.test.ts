import { expect, test } from "vitest";
import { presets } from "./until";

test("tomorrow and next week are mornings where the operator is", () => {
  // Monday 23 November 2026, 23:30 in Tehran.
  const found = presets(new Date("2026-11-23T20:00:00Z"), "Asia/Tehran", 6);
  expect(found.map((one) => [one.key, one.at.toISOString()])).toEqual([
    ["park_hour", "2026-11-23T21:00:00.000Z"],
    ["park_three_hours", "2026-11-23T23:00:00.000Z"],
    ["park_tomorrow", "2026-11-24T05:30:00.000Z"],
    ["park_week", "2026-11-28T05:30:00.000Z"],
  ]);
});

test("on the first day of the week, next week is a week ahead", () => {
  const found = presets(new Date("2026-11-28T12:00:00Z"), "UTC", 6);
  expect(found[3]?.at.toISOString()).toBe("2026-12-05T09:00:00.000Z");
});
