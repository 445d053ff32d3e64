/** What keeps a contact back, as keys of what is said of it; the gate that closes most ways comes first. */
import type { say } from "./words";

type Key = Parameters<typeof say>[0];
export type Closed = { name: string; key: Key | null; paths: number };

const SAID: Record<string, Key> = {
  identity: "gate_identity",
  consent: "gate_consent",
  block: "gate_block",
  service_state: "gate_service_state",
  fit: "gate_fit",
  conflict: "gate_conflict",
  quiet_hours: "gate_quiet_hours",
  frequency: "gate_frequency",
  capacity: "gate_capacity",
  holdout: "gate_holdout",
};

export function gates(closed: Record<string, number>): Closed[] {
  return Object.entries(closed)
    .map(([name, paths]) => ({ name, key: SAID[name] ?? null, paths }))
    .sort((one, other) => other.paths - one.paths || one.name.localeCompare(other.name));
}
