/** What an act is called. */
import type { Act } from "./act";
import { say } from "./words";

export function nameOf(act: Act): string {
  if (act.what === "join") return say(act.mode);
  if (act.what === "intake") return say(act.intake === "open" ? "open" : "pause");
  return say(act.what);
}

/** Which of them take something from somebody. */
export function hurts(act: Act): boolean {
  return act.what === "pull_back" || act.what === "sign_off" || act.what === "drain";
}
