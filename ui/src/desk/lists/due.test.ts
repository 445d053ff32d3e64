import { expect, test } from "vitest";
import { dueIn } from "./due";

const WAITS = { outcome: "", consult_of: "", since: "2026-11-23T10:00:00Z" };
const at = (seconds: number) => Date.parse(WAITS.since) + seconds * 1000;

test("what waits has time left, then little, then none", () => {
  expect(dueIn(WAITS, 80, at(0))).toEqual({ seconds: 80, tone: "good" });
  expect(dueIn(WAITS, 80, at(60))?.tone).toBe("good");
  expect(dueIn(WAITS, 80, at(61))).toEqual({ seconds: 19, tone: "soon" });
  expect(dueIn(WAITS, 80, at(95))).toEqual({ seconds: -15, tone: "late" });
});

test("what was answered, is asked by a colleague, or has no target is not measured", () => {
  expect(dueIn({ ...WAITS, outcome: "answered" }, 80, at(0))).toBeNull();
  expect(dueIn({ ...WAITS, consult_of: "interaction-1" }, 80, at(0))).toBeNull();
  expect(dueIn(WAITS, undefined, at(0))).toBeNull();
});
