/** What agents do and where work is, in the reader's words and in a tone. */
import { reworded } from "../words/hub.svelte";
import { say as shared, type SharedKey } from "../words/shared";
import type { Activity } from "./rows";
import { say } from "./words";

type Tone = "plain" | "accent" | "good" | "warn" | "bad" | "note";

export const ACTIVITIES: readonly Activity[] = ["available", "offered", "on_contact", "wrap_up", "away", "not_answering", "gone", "signed_off"];

const TONES: Record<Activity, Tone> = {
  on_contact: "accent",
  wrap_up: "note",
  offered: "note",
  available: "good",
  away: "plain",
  not_answering: "bad",
  gone: "warn",
  signed_off: "plain",
};

export function activityTone(activity: Activity): Tone {
  return TONES[activity];
}

export function activityName(activity: Activity): string {
  if (activity === "on_contact" || activity === "wrap_up" || activity === "offered" || activity === "available") return say(activity);
  return shared(activity);
}

/** Why an agent is away: the policy's word, or that their screens are locked. */
export function reasonName(reason: string): string {
  return reason === "locked" ? say("behind_lock") : (reworded(reason) ?? reason);
}

const PHASES: Record<string, Tone> = { waiting: "warn", offered: "note", active: "accent", wrap_up: "note" };

export function phaseTone(phase: string): Tone {
  return PHASES[phase] ?? "plain";
}

/** A word of the hub's own that all pages share, as it is read here; what is unknown stays as it is. */
export function named(word: string): string {
  return NAMED.has(word) ? shared(word as SharedKey) : word;
}

const SHARED: readonly SharedKey[] = [
  "phone", "web", "email", "sms", "in_person", "inbound", "outbound", "ready", "away", "signed_off", "not_answering", "gone",
  "new", "waiting", "offered", "active", "held", "parked", "wrap_up", "completed", "abandoned", "refused", "expired",
  "acquisition", "enhancement", "retention", "lapsed", "low", "standard", "high", "top", "customer", "agent", "supervisor", "admin",
];
const NAMED = new Set<string>(SHARED);
