/** Whether somebody talks with a customer: then they are there, though they touch neither keyboard nor mouse. */

/** What is looked at of an interaction. */
export type Held = { agent_id: string; phase: string; channel: string };

const SPOKEN = ["phone", "in_person"];

/** A call or a visit is in this agent's hands and not over. */
export function talking(work: readonly Held[], agent: string): boolean {
  return work.some((one) => one.agent_id === agent && one.phase === "active" && SPOKEN.includes(one.channel));
}
