/** Why the provider's page sent somebody back who is not signed in: the code in `/?sign_in=`, as words. */
import type { say } from "./words";

type Key = Parameters<typeof say>[0];

const REASONS = {
  refused: "provider_refused",
  stale: "provider_stale",
  unknown: "provider_unknown",
  "no-team": "provider_no_team",
  unavailable: "provider_unavailable",
} as const satisfies Record<string, Key>;

/** What is said about it; "" where the address names no reason, or none that is known. */
export function turnedAway(query: string): Key | "" {
  const code = new URLSearchParams(query).get("sign_in") ?? "";
  return Object.hasOwn(REASONS, code) ? REASONS[code as keyof typeof REASONS] : "";
}
