/** What a supervisor is about to do: to a piece of work, to an agent, to a queue. */
import type { Queue } from "../rows";

export type Act =
  | { what: "move"; id: string; from: string }
  | { what: "prioritise"; id: string; priority: number; seen: number }
  | { what: "assign"; id: string }
  | { what: "pull_back"; id: string }
  | { what: "join"; id: string; mode: "monitor" | "coach" | "barge" }
  | { what: "leave"; id: string; agent: string }
  | { what: "sign_off"; agent: string; name: string }
  | { what: "drain"; queue: string }
  | { what: "intake"; queue: string; intake: "paused" | "open" };

/** The parts of a piece of work that say what may be done to it. */
export type Work = {
  interaction_id: string;
  phase: string;
  channel: string;
  queue: string;
  priority: number;
  place_version: number;
  agent_id: string;
  participants?: readonly { agent_id: string; mode: string }[];
};

/** What can be done to this work now, the frequent first; `me`: whose telephone is mine. */
export function actsOn(work: Work, me: string): Act[] {
  const id = work.interaction_id;
  const acts: Act[] = [];
  const waits = work.phase === "waiting" || work.phase === "offered";
  if (waits || work.phase === "parked") acts.push({ what: "assign", id });
  if (waits) acts.push({ what: "move", id, from: work.queue }, { what: "prioritise", id, priority: work.priority, seen: work.place_version });
  if (work.phase === "active" && work.channel === "phone") for (const mode of ["monitor", "coach", "barge"] as const) acts.push({ what: "join", id, mode });
  const mine = work.participants?.find((one) => one.agent_id === me);
  if (mine) acts.push({ what: "leave", id, agent: me });
  if (["offered", "active", "wrap_up"].includes(work.phase)) acts.push({ what: "pull_back", id });
  return acts;
}

export function actsOnQueue(queue: Queue): Act[] {
  if (queue.intake !== "open") return [{ what: "intake", queue: queue.name, intake: "open" }];
  return [
    { what: "intake", queue: queue.name, intake: "paused" },
    { what: "drain", queue: queue.name },
  ];
}
