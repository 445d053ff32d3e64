import { expect, test } from "vitest";
import { troubles } from "./limits.svelte";
import type { Queue } from "./rows";

const NOW = Date.parse("2026-01-01T10:00:00Z");

function queue(oldest: string | null, value: number | null, answered: number, abandoned = 0): Queue {
  return { oldest_since: oldest, abandoned, service_level: { value, target: 0.8, answered } } as Queue;
}

test.each([
  ["nothing waits, nothing answered", queue(null, null, 0), [], 120, null],
  ["waits as long as it may", queue("2026-01-01T09:58:00Z", null, 0), [], 120, null],
  ["waits longer", queue("2026-01-01T09:57:59Z", null, 0), ["oldest"], 120, null],
  ["no limit of waiting", queue("2026-01-01T01:00:00Z", null, 0), [], 0, null],
  ["below the policy's target", queue(null, 0.79, 100), ["level"], 120, null],
  ["at the policy's target", queue(null, 0.8, 100), [], 120, null],
  ["below a limit of one's own", queue(null, 0.85, 100), ["level"], 120, 0.9],
  ["no limit of the level", queue(null, 0.1, 100), [], 120, 0],
  ["too few to say", queue(null, 0, 4), [], 120, null],
  ["five are enough", queue(null, 0, 3, 2), ["level"], 120, null],
  ["both", queue("2026-01-01T09:00:00Z", 0, 10), ["oldest", "level"], 120, null],
] as const)("%s", (_, row, found, oldest_s, level) => {
  expect(troubles(row, { oldest_s, level }, NOW)).toEqual(found);
});
