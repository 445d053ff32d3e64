/** How far an answer of ours is, in the few steps that are shown. */
import type { Message } from "./reading.svelte";

export type MessageState = "waits" | "goes" | "sent" | "delivered" | "failed" | "unknown";

const STATES: Record<string, MessageState> = {
  waiting: "waits",
  dispatched: "goes",
  sent: "sent",
  unreported: "unknown",
  failed: "failed",
  given_up: "failed",
};

/** Null: it is the customer's, or never leaves. */
export function stateOf(message: Pick<Message, "direction" | "state" | "delivered_at">): MessageState | null {
  if (message.direction !== "outbound") return null;
  return message.delivered_at ? "delivered" : (STATES[message.state] ?? null);
}
