/** The day's course by quarters of an hour, as the hub's reports count it: there whenever the page was opened. */
import type { components } from "../api/schema";

export type Report = components["schemas"]["Report"];
type Row = Report["rows"][number];
export type Quarter = { at: number; queued: number; answered: number; abandoned: number; asa: number | null; level: number | null };

const QUARTER_MS = 900_000;
const nothing = (at: number): Quarter => ({ at, queued: 0, answered: 0, abandoned: 0, asa: null, level: null });

export function counted(row: Row, at: number): Quarter {
  return {
    at,
    queued: row.offered ?? 0,
    answered: row.answered ?? 0,
    abandoned: row.abandoned ?? 0,
    asa: row.asa_s,
    level: row.service_level,
  };
}

/** One of each quarter that began from `from` until `now`, those too in which nothing was counted. */
export function quarters(rows: readonly Row[], from: number, now: number): Quarter[] {
  const found = new Map(rows.map((row) => [Date.parse(row.start ?? ""), row]));
  const all: Quarter[] = [];
  for (let at = from; at <= now; at += QUARTER_MS) {
    const row = found.get(at);
    all.push(row ? counted(row, at) : nothing(at));
  }
  return all;
}
