/** How long work that nobody answered yet may wait, by the service level of its queue. */

/** `soon`: less than a quarter of the time is left. */
export type Due = { seconds: number; tone: "good" | "soon" | "late" };
type Waiting = { outcome: string; consult_of: string; since: string };

/** Seconds left, below 0 once it is late; null: it was answered, or is no customer's. */
export function dueIn(row: Waiting, target: number | undefined, now: number): Due | null {
  if (row.outcome || row.consult_of || target === undefined) return null;
  const seconds = target - (now - Date.parse(row.since)) / 1000;
  return { seconds, tone: seconds < 0 ? "late" : seconds < target / 4 ? "soon" : "good" };
}
