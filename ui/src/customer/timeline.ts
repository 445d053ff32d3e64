/** The lines of a timeline, by day of the reader's calendar; and what of a fact is worth a line. */
import type { components } from "../api/schema";
import { day } from "../words/locale.svelte";

export type Entry = components["schemas"]["Timeline"]["timeline"][number];
export type Day = { at: string; entries: Entry[] };

export function byDay(entries: readonly Entry[]): Day[] {
  const days: Day[] = [];
  for (const entry of entries) {
    const last = days.at(-1);
    if (last && day(last.at) === day(entry.at)) last.entries.push(entry);
    else days.push({ at: entry.at, entries: [entry] });
  }
  return days;
}

export type Contact = components["schemas"]["TimelineContact"];
export type Fact = components["schemas"]["TimelineFact"];

export function isContact(entry: Entry): entry is Contact {
  return entry.kind === "contact" && "contact_id" in entry;
}

const WORTH = ["subject", "text", "proposition", "purpose", "channel", "value", "segment", "lifecycle_stage", "name", "role", "response", "score", "comment", "note", "reason", "resolution", "department", "product", "service_point"];

/** What a fact says beside its kind, in the order of what matters; at most three things. */
export function saidBy(fact: Fact): string[] {
  const event = fact.event as Record<string, unknown>;
  const told = WORTH.map((name) => event[name]).filter((value) => (typeof value === "string" && value !== "") || typeof value === "number");
  return [...new Set(told.map(String))].slice(0, 3);
}
