/** Which figures stand together, and how each is written. */
import type { components } from "../api/schema";
import { duration, number, percent } from "../words/locale.svelte";

export type Measure = components["schemas"]["Definition"];
export type Row = components["schemas"]["ReportRow"];
export type Slug = Exclude<keyof Row, "start" | "end" | "queue" | "agent" | "channel" | "segment" | "tier" | "stage" | "service_level_variant">;
export type Group = "overview" | "waiting" | "handling" | "offers" | "callbacks" | "voice" | "everything";

export const GROUPS: Record<Group, readonly Slug[]> = {
  overview: ["offered", "answered", "abandoned", "open", "service_level", "asa_s", "aht_s", "abandonment_rate", "handled"],
  waiting: ["offered", "answered", "answered_in_target", "abandoned", "short_abandoned", "expired", "refused", "service_level", "asa_s", "wait_avg_s", "wait_max_s", "abandonment_rate"],
  handling: ["handled", "aht_s", "talk_s", "hold_s", "wrap_up_s", "first_response_s", "resolution_s", "reopened", "parked"],
  offers: ["offers", "declined", "timed_out", "non_response", "transfers", "transferred", "transfer_rate", "moved"],
  callbacks: ["callbacks", "callbacks_kept", "callbacks_missed", "callbacks_kept_rate"],
  voice: ["contacts_in", "contacts_out", "csat_answered", "csat_mean", "csat_satisfied", "nps_answered", "nps"],
  everything: [],
};

export function measuresOf(group: Group, all: readonly Measure[]): Measure[] {
  const slugs = GROUPS[group];
  if (!slugs.length) return [...all];
  return slugs.flatMap((slug) => all.find((one) => one.slug === slug) ?? []);
}

export function written(value: number | null, unit: Measure["unit"]): string {
  if (value === null) return "–";
  if (unit === "seconds") return duration(value);
  if (unit === "share") return percent(value, 1);
  return number(value, { maximumFractionDigits: unit === "score" ? 2 : 0 });
}

/** What a row is told apart by, besides its interval: one name for a line of a chart. */
export function partOf(row: Row, by: readonly ("queue" | "agent" | "channel" | "segment" | "tier" | "stage")[], name: (by: string, value: string) => string): string {
  return by.map((one) => name(one, row[one] ?? "")).join(" · ");
}

export type Drawn = { times: number[]; lines: { name: string; values: (number | null)[] }[] };

/** The largest parts over time: at most so many lines. */
export function overTime(rows: readonly Row[], slug: Slug, part: (row: Row) => string, most: number): Drawn {
  const times = [...new Set(rows.map((row) => Date.parse(row.start ?? "")))].filter(Number.isFinite).sort((a, b) => a - b);
  const place = new Map(times.map((at, index) => [at, index]));
  const lines = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const at = place.get(Date.parse(row.start ?? ""));
    if (at === undefined) continue;
    const name = part(row);
    let values = lines.get(name);
    if (!values) lines.set(name, (values = times.map(() => null)));
    values[at] = row[slug];
  }
  return { times, lines: largest([...lines].map(([name, values]) => ({ name, values })), (one) => one.values.reduce<number>((sum, value) => sum + (value ?? 0), 0), most) };
}

/** The largest, in their order of size. */
export function largest<One>(all: readonly One[], size: (one: One) => number, most: number): One[] {
  return all.toSorted((one, other) => size(other) - size(one)).slice(0, most);
}
