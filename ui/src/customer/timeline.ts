/** The lines of a timeline, by day of the reader's calendar; and what of a fact is worth a line. */
import type { components } from "../api/schema";
import { identifierName } from "../words/identifiers";
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

/** What was said, or is to be: both are read alike. `by`: who said it for us, as an actor; empty: the customer did. */
export type Touch = Pick<Contact, "channel" | "direction" | "address" | "subject" | "excerpt" | "attachments" | "phase" | "code" | "queue" | "state" | "state_at" | "reason" | "interaction_id"> & { by: string };
const EXCERPT = 200;

/** Null: it is neither a contact nor the plan of one. */
export function touchOf(entry: Entry): Touch | null {
  if (isContact(entry)) return { ...entry, by: entry.actor || (entry.agent_id && `agent:${entry.agent_id}`) };
  if (entry.kind !== "outbound" || entry.what !== "planned") return null;
  const planned = entry.event as { subject?: string; text?: string; queue?: string; attachments?: Contact["attachments"] };
  return {
    channel: entry.channel as Contact["channel"],
    direction: "outbound",
    address: "",
    subject: planned.subject ?? "",
    excerpt: (planned.text ?? "").slice(0, EXCERPT),
    attachments: planned.attachments ?? [],
    phase: "",
    code: "",
    queue: planned.queue ?? "",
    state: entry.state,
    state_at: entry.state_at,
    reason: entry.reason,
    interaction_id: entry.interaction_id,
    by: entry.actor,
  };
}

const WORTH = ["subject", "text", "proposition", "purpose", "channel", "value", "segment", "lifecycle_stage", "name", "role", "response", "score", "comment", "note", "reason", "resolution", "department", "product", "service_point"];

/** What a fact says beside its kind, in the order of what matters; at most three things. */
export function saidBy(fact: Fact): string[] {
  const event = fact.event as Record<string, unknown>;
  const told = WORTH.map((name) => (name === "value" ? valueOf(event) : event[name])).filter((value) => (typeof value === "string" && value !== "") || typeof value === "number");
  return [...new Set(told.map(String))].slice(0, 3);
}

/** Of an identifier that nobody reads aloud, what it is and its end. */
function valueOf({ kind, value }: Record<string, unknown>): unknown {
  return typeof kind === "string" && typeof value === "string" ? identifierName(kind, value) : value;
}
