/** Why work came to an agent: the hub's words of one, as keys of what is said of them. */
import type { say } from "../words";

type Key = Parameters<typeof say>[0];

const NOW: Record<string, Key> = {
  priority: "now_priority",
  age: "now_age",
  deadline: "now_deadline",
  growing: "now_growing",
  skill: "now_skill",
};

const ME: Record<string, Key> = {
  longest_idle: "me_longest_idle",
  highest_level: "me_highest_level",
  least_occupied: "me_least_occupied",
  fewest_today: "me_fewest_today",
  round_robin: "me_round_robin",
  fastest: "me_fastest",
  known_agent: "me_known_agent",
  given: "me_given",
  pulled: "me_pulled",
};

/** Why this work was next. */
export function whyNow(word: string): Key | undefined {
  return NOW[word];
}

/** Why this agent was asked. */
export function whyMe(word: string): Key | undefined {
  return ME[word];
}

/** What is said of an offer that was taken back; null: it went by what the agent did themselves. */
export function takenBack(reason: string): Key | null {
  if (reason === "agent is locked") return "rescinded_locked";
  if (reason.startsWith("agent ")) return null;
  return reason.startsWith("customer ") ? "rescinded_left" : "rescinded";
}
