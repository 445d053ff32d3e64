/** When the day of the figures began: at midnight UTC, as on the board. */
import { clock } from "../shell/clock.svelte";

export function dayStart(now = clock.exact()): string {
  return `${new Date(now).toISOString().slice(0, 10)}T00:00:00Z`;
}
