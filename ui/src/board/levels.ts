/** What a service level means, in words: never without the variant it is counted by. */
import { percent } from "../words/locale.svelte";
import type { Queue, Totals } from "./rows";
import { type BoardKey, say } from "./words";

export function levelMeaning(level: Queue["service_level"]): string {
  const counts = { within: level.within, answered: level.answered, target: percent(level.target) };
  return `${say(`per_variant_${level.definition}`, { within: say("within", { seconds: level.seconds }) })} ${say("level_counts", counts)}`;
}

export function totalMeaning(totals: Totals): string {
  const key: BoardKey = `per_variant_${totals.service_level_variant}` as BoardKey;
  return `${say(key, { within: say("in_time") })} ${say("per_variant_all")}`;
}
