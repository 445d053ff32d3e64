/** What was sent and is not known to have arrived at the hub: out of the box at once, in order, and never lost on the way. */
import { Refusal } from "../../api/client";
import type { Words } from "./draft.svelte";
import type { DraftKind } from "./remote";

export type Leaving = { kind: DraftKind; words: Words };
/** `why`: of one that was refused, or is not heard of; `over`: it is not tried again by itself. */
export type Shown = Leaving & { why: string; over: boolean; slow: boolean };
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
type Ways = {
  /** Bring it to the hub: under the same name it is the same, however often. */
  post: (one: Leaving) => Promise<unknown>;
  /** The hub has it. */
  done: (one: Leaving) => unknown;
  /** It was refused, `surely` or perhaps not: whether it is back where it was written. */
  back: (one: Leaving, error: Refusal, surely: boolean) => boolean;
  worded: (error: Refusal) => string;
};

const SLOW_MS = 500;
const AGAIN_MS = 3000;
/** Nobody knows whether the hub took it, or it may take it later. */
const PERHAPS = [0, 401, 423, 429];

export class Sending {
  all = $state<Shown[]>([]);
  #key: string;
  #ways: Ways;
  #store: Store;
  #running = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(key: string, ways: Ways, store: Store = sessionStorage) {
    this.#key = `hub.sending.${key}`;
    this.#ways = ways;
    this.#store = store;
    this.all = this.#kept().map((one) => ({ ...one, why: "", over: false, slow: true }));
  }

  add(one: Leaving): Promise<void> {
    this.#keep([...this.#kept(), one]);
    this.all.push({ ...one, why: "", over: false, slow: false });
    setTimeout(() => {
      for (const shown of this.all) if (named(shown) === named(one)) shown.slow = true;
    }, SLOW_MS);
    return this.run();
  }

  /** One after the other; what was begun before a reload is brought again under its name. */
  async run(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stopped = false;
    if (this.#running) return;
    this.#running = true;
    for (let next = this.#next(); next && !this.#stopped; next = this.#next()) if (!(await this.#bring(next))) break;
    this.#running = false;
  }

  again(one: Shown): Promise<void> {
    one.over = false;
    one.why = "";
    return this.run();
  }

  drop(one: Leaving): void {
    this.all = this.all.filter((other) => named(other) !== named(one));
    this.#keep(this.#kept().filter((other) => named(other) !== named(one)));
  }

  /** Nobody looks any more: what is not through yet is brought by who looks next. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #next(): Shown | undefined {
    return this.all.find((one) => !one.over);
  }

  /** Whether the next may follow. */
  async #bring(one: Shown): Promise<boolean> {
    try {
      await this.#ways.post({ kind: one.kind, words: one.words });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#refused(one, error);
    }
    this.drop(one);
    await this.#ways.done(one);
    return true;
  }

  #refused(one: Shown, error: Refusal): boolean {
    const surely = !PERHAPS.includes(error.status) && error.status < 500;
    if (this.#stopped) return false;
    if (this.#ways.back({ kind: one.kind, words: one.words }, error, surely)) {
      this.drop(one);
      return true;
    }
    one.why = this.#ways.worded(error);
    one.over = surely;
    if (!surely) this.#timer = setTimeout(() => void this.run(), AGAIN_MS);
    return surely;
  }

  #kept(): Leaving[] {
    return JSON.parse(this.#store.getItem(this.#key) ?? "[]") as Leaving[];
  }

  #keep(all: Leaving[]): void {
    if (all.length) this.#store.setItem(this.#key, JSON.stringify(all));
    else this.#store.removeItem(this.#key);
  }
}

const named = (one: Leaving): string => one.words.request;
