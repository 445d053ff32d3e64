/** A decision's headline and how each candidate fared. */
import type { components } from "../../api/schema";
import { say, type WhyKey } from "./words";

type Schemas = components["schemas"];
export type Decision = Schemas["DecisionTold"];
export type Candidate = Schemas["AgentCandidateTold"];
export type OtherWork = Schemas["WorkCandidateTold"];
type Name = (id: string) => string;

export function headline(one: Decision, agent: Name, queue: Name): string {
  switch (one.type) {
    case "InteractionOffered":
      return say("offer_to", { agent: agent(one.agent_id ?? "") });
    case "InteractionQueued":
      return say("queued_in", { queue: queue(one.queue ?? "") });
    case "InteractionReopened":
      return say("reopened_in", { queue: queue(one.queue ?? "") });
    case "InteractionRefused":
      return say("refused_in", { queue: queue(one.queue ?? "") });
    case "InteractionMoved":
      return say("moved_to", { from: queue(one.from_queue ?? ""), to: queue(one.queue ?? "") });
    case "InteractionPrioritised":
      return say("reprioritised");
    case "RequirementRelaxed":
      return say("relaxed");
    case "ContactAttached":
      return say("attached");
    default:
      return say("other");
  }
}

/** Of whom a row is: the chosen one, who could have had it as well, or who was excluded. */
export function fate(one: Decision, candidate: Candidate): "chosen" | "kept" | "excluded" {
  if (candidate.agent_id === one.agent_id) return "chosen";
  return candidate.rule === "fits" ? "kept" : "excluded";
}

/** How many there were in all: those beyond what is told included. */
export function total(byRule: Readonly<Record<string, number>>): number {
  return Object.values(byRule).reduce((sum, count) => sum + count, 0);
}

export function input(row: { inputs: Readonly<Record<string, number | string>> }, name: string): number | null {
  const value = row.inputs[name];
  return typeof value === "number" ? value : null;
}

const WORDS = new Set<string>(
  "InteractionQueued InteractionRefused ContactAttached RequirementRelaxed InteractionMoved InteractionPrioritised InteractionOffered InteractionGiven OfferAccepted OfferDeclined OfferTimedOut OfferRescinded DeclinesForgotten InteractionAbandoned InteractionExpired InteractionHeld InteractionResumed RecordingAsked RecordingSwitched InteractionInterrupted InteractionContinued InteractionTransferred InteractionPulledBack InteractionParked InteractionUnparked CallbackScheduled CallbackReached CallbackMissed ParticipantJoined ParticipantLeft InteractionFlagged InteractionUnflagged InteractionEnded WrapUpCompleted InteractionReopened".split(" "),
);

/** What an event of an interaction is called; a newer hub's keeps its own name. */
export function eventName(type: string): string {
  return WORDS.has(type) ? say(type as WhyKey) : type;
}
