/** Which mail an answer is to: what the agent pressed, what the draft says, else the last that somebody wrote. */
import type { Message } from "../conversation/reading.svelte";

/** A mail that was chosen: to be answered, to be answered to all, or to go on to somebody else. */
export type Chosen = { message: Message; how: "reply" | "all" | "forward" };

/** The mail of a draft that names one; of one that names none the last that came, whatever machines wrote since. */
export function answered(mails: readonly Message[], contact: string): Message | undefined {
  const came = mails.filter((one) => one.direction === "inbound");
  return came.find((one) => one.contact_id === contact) ?? came.findLast((one) => !one.auto) ?? came.at(-1);
}
