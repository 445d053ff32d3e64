/** From when on a queue is shown as in trouble: what this person chose, on this machine. */
import { createContext } from "svelte";
import type { Queue } from "./rows";

/** 0: never. `level` is a share between 0 and 1; null: the policy's own target. */
export type Limit = { oldest_s: number; level: number | null };
export type Trouble = "oldest" | "level";
type Kept = { sound: boolean; all: Limit; queues: Record<string, Limit> };

const FEW = 5;

/** Of what a queue is in trouble. A service level of fewer than five says nothing yet. */
export function troubles(queue: Queue, limit: Limit, now: number): Trouble[] {
  const found: Trouble[] = [];
  if (limit.oldest_s && queue.oldest_since && now - Date.parse(queue.oldest_since) > limit.oldest_s * 1000) found.push("oldest");
  const { value, target, answered } = queue.service_level;
  const least = limit.level ?? target;
  if (least && value !== null && answered + queue.abandoned >= FEW && value < least) found.push("level");
  return found;
}

export class Limits {
  #kept = $state<Kept>({ sound: false, all: { oldest_s: 120, level: null }, queues: {} });
  #name: string;

  constructor(person: string) {
    this.#name = `hub.limits.${person}`;
    try {
      Object.assign(this.#kept, JSON.parse(localStorage.getItem(this.#name) ?? "{}"));
    } catch {
      // What lies there is none of ours: begin anew.
    }
  }

  of(queue: string): Limit {
    return this.#kept.queues[queue] ?? this.#kept.all;
  }

  get all(): Limit {
    return this.#kept.all;
  }

  get sound(): boolean {
    return this.#kept.sound;
  }

  isOwn(queue: string): boolean {
    return queue in this.#kept.queues;
  }

  /** Of this queue, null: as all others; `""`: of all that have none of their own. */
  set(queue: string, limit: Limit | null): void {
    if (!queue) this.#kept.all = limit ?? this.#kept.all;
    else if (limit) this.#kept.queues[queue] = limit;
    else delete this.#kept.queues[queue];
    this.#keep();
  }

  setSound(on: boolean): void {
    this.#kept.sound = on;
    this.#keep();
  }

  #keep(): void {
    localStorage.setItem(this.#name, JSON.stringify(this.#kept));
  }
}

export const [theLimits, setLimits] = createContext<Limits>();
