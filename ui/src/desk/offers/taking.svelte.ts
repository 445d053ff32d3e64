/** Work that the agent takes, before the hub's lists say that they have it: first asked for, then theirs by the hub's word. */
import { SvelteMap } from "svelte/reactivity";
import type { Happening } from "../../live/live.svelte";

/** `sure`: the hub gave it to them, at that time. */
export type Taken<Row> = { row: Row; at: string; sure: boolean };
type Held = { interaction_id: string; phase: string; agent_id: string };
type Standing = { phase: string; agent_id: string; accepted_at: string | null };

const LOST = new Set(["OfferDeclined", "OfferTimedOut", "OfferRescinded", "InteractionTransferred", "InteractionPulledBack", "InteractionAbandoned", "InteractionExpired", "InteractionEnded"]);

export class Taking<Row extends { interaction_id: string }> {
  #all = new SvelteMap<string, Taken<Row>>();

  /** Asked for: it is shown as being taken until the hub answers. */
  begin(row: Row): void {
    this.#all.set(row.interaction_id, { row, at: "", sure: false });
  }

  /** The hub gave it to them. */
  given(id: string, at: string): void {
    const one = this.#all.get(id);
    if (one && !one.sure) this.#all.set(id, { ...one, at, sure: true });
  }

  /** Refused, or told otherwise since. */
  over(id: string): void {
    this.#all.delete(id);
  }

  of(id: string): Taken<Row> | undefined {
    return this.#all.get(id);
  }

  get rows(): Taken<Row>[] {
    return [...this.#all.values()];
  }

  /** What the stream says of it. */
  hear(one: Happening, me: string): void {
    if (!this.#all.has(one.stream)) return;
    if (one.type === "OfferAccepted" && one.event.agent_id === me) this.given(one.stream, String(one.event.at ?? ""));
    else if (LOST.has(one.type) && (one.event.agent_id ?? me) === me) this.over(one.stream);
  }

  /** The hub's list has it: from here on that says how it stands. */
  settle(listed: readonly Held[], me: string): void {
    for (const one of listed) {
      if (one.agent_id === me && (one.phase === "active" || one.phase === "wrap_up")) this.over(one.interaction_id);
    }
  }
}

/** How work stands that is theirs by the hub's word, where what was read of it is older than that. */
export function asTaken<Story extends Standing>(story: Story, taken: Pick<Taken<unknown>, "at" | "sure"> | undefined, me: string): Story {
  if (!taken?.sure || (story.phase !== "waiting" && story.phase !== "offered")) return story;
  return { ...story, phase: "active", agent_id: me, accepted_at: taken.at || story.accepted_at };
}
