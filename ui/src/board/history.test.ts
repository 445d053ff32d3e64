import { expect, test } from "vitest";
import { counted, quarters, type Report } from "./history";

const MIDNIGHT = Date.parse("2026-03-04T00:00:00Z");
const row = (start: string | null, offered: number): Report["rows"][number] =>
  ({ start, offered, answered: 1, abandoned: null, asa_s: 12.5, service_level: 0.5 }) as Report["rows"][number];

test("each quarter since midnight has a point, the one that runs too", () => {
  const points = quarters([row("2026-03-04T00:15:00Z", 2)], MIDNIGHT, MIDNIGHT + 31 * 60_000);
  expect(points.map((one) => one.queued)).toEqual([0, 2, 0]);
  expect(points.map((one) => one.level)).toEqual([null, 0.5, null]);
  expect(points.map((one) => one.at - MIDNIGHT)).toEqual([0, 900_000, 1_800_000]);
});

test("a mean of nothing is not zero, a count of nothing is", () => {
  expect(counted(row(null, 7), 0)).toMatchObject({ queued: 7, abandoned: 0, asa: 12.5 });
  expect(quarters([], MIDNIGHT, MIDNIGHT)[0]).toMatchObject({ queued: 0, asa: null });
});

test("the first quarter of a day is there as soon as it begins", () => {
  expect(quarters([], MIDNIGHT, MIDNIGHT)).toHaveLength(1);
});
