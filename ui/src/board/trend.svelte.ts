/** What the live charts show: a point every ten seconds of the last hour, kept over a reload of the page. */
import type { Totals } from "./rows";

export type Point = {
  /** Milliseconds since 1970. */
  at: number;
  inQueue: number;
  active: number;
  available: number;
  /** Contacts a minute since the point before; null: there is none. */
  contacts: number | null;
  level: number | null;
};

const KEPT = "hub.board.trend";
const STEP_MS = 10_000;
const SPAN_MS = 3_600_000;
const GAP_MS = 60_000;

export class Trend {
  points = $state.raw<readonly Point[]>([]);
  #last: { at: number; contacts: number } | null = null;
  #storage: Pick<Storage, "getItem" | "setItem"> | null;

  constructor(storage: Pick<Storage, "getItem" | "setItem"> | null = typeof sessionStorage === "undefined" ? null : sessionStorage) {
    this.#storage = storage;
    this.points = restored(storage?.getItem(KEPT) ?? "");
  }

  add(at: number, totals: Totals): void {
    if (this.#last && at - this.#last.at < STEP_MS) return;
    const before = this.#last;
    this.#last = { at, contacts: totals.contacts };
    const minutes = before && at - before.at < GAP_MS ? (at - before.at) / 60_000 : 0;
    const contacts = before && minutes ? Math.max(0, totals.contacts - before.contacts) / minutes : null;
    const point = { at, inQueue: totals.in_queue, active: totals.active, available: totals.available, contacts, level: totals.service_level };
    this.points = [...this.points.filter((one) => one.at > at - SPAN_MS && one.at < at), point];
  }

  /** Over a reload. */
  keep(): void {
    this.#storage?.setItem(KEPT, JSON.stringify(this.points));
  }
}

function restored(text: string): Point[] {
  try {
    const points: unknown = JSON.parse(text);
    return Array.isArray(points) ? points.filter((one) => typeof one?.at === "number") : [];
  } catch {
    return [];
  }
}
