/** What happened to an interaction, of which the agent who has it wants to know; the rest is for supervisors. */
import type { say } from "../words";
import type { Story } from "./reading.svelte";

type Key = Parameters<typeof say>[0];
type Fact = Story["timeline"][number];

const SAID: Record<string, Key> = {
  InteractionQueued: "fact_queued",
  InteractionMoved: "fact_moved",
  InteractionGiven: "fact_given",
  OfferAccepted: "fact_accepted",
  OfferDeclined: "fact_declined",
  OfferTimedOut: "fact_timed_out",
  InteractionHeld: "fact_held",
  InteractionResumed: "fact_resumed",
  RecordingSwitched: "fact_recording",
  InteractionTransferred: "fact_transferred",
  InteractionPulledBack: "fact_pulled_back",
  InteractionParked: "fact_parked",
  InteractionUnparked: "fact_unparked",
  CallbackScheduled: "fact_callback",
  CallbackReached: "fact_reached",
  CallbackMissed: "fact_missed",
  ParticipantJoined: "fact_joined",
  ParticipantLeft: "fact_left",
  InteractionReopened: "fact_reopened",
  InteractionEnded: "fact_ended",
  WrapUpCompleted: "fact_wrapped",
};

/** Those with words, the newest first. */
export function worded(timeline: readonly Fact[]): { fact: Fact; key: Key }[] {
  return timeline.flatMap((fact) => (SAID[fact.type] ? [{ fact, key: SAID[fact.type] as Key }] : [])).reverse();
}
