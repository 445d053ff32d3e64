/** One stream of events a tab: it follows what the pages on show are about, and catches up after sleep or a cut. */
import { refusal, sessionEnded } from "../api/client";
import { Blocks } from "./sse";

/** What happened. `position` is 0 for signs that are no events (typing, read). */
export type Happening = {
  position: number;
  stream: string;
  type: string;
  event: Record<string, unknown>;
  offer?: Record<string, unknown>;
};
export type TopicKind = "agent" | "queue" | "customer" | "case" | "account" | "steward" | "board";
type Listener = (happening: Happening) => void;

const SILENCE_MS = 35_000;
const WAITS_MS = [0, 300, 1000, 2000, 5000];
const GATHER_MS = 30;

/** How the connection stands: `off` while nothing is followed. */
export type State = "off" | "connecting" | "live" | "away";

export class Live {
  state = $state<State>("off");
  /** When the hub was last heard of, in milliseconds of the page's clock; tells how old what is shown may be. */
  heard = $state(0);
  #topics = new Map<string, number>();
  #listeners = new Set<Listener>();
  #fresh = new Set<() => void>();
  #last = "";
  #anew = false;
  #running: AbortController | null = null;
  #gathering = 0;
  #failures = 0;
  #open: typeof fetch;

  constructor(open: typeof fetch = (...asked) => fetch(...asked)) {
    this.#open = open;
  }

  /** Hear of this agent, queue, customer, … (`*`: of all) until what is handed back is called. */
  follow(kind: TopicKind, name: string): () => void {
    const topic = `${kind}=${encodeURIComponent(name)}`;
    this.#topics.set(topic, (this.#topics.get(topic) ?? 0) + 1);
    if (this.#topics.get(topic) === 1) {
      // Who comes to a board has nothing of it: behind an event, only what changed since would be told.
      if (kind === "board") this.#anew = true;
      this.#restart();
    }
    let over = false;
    return () => {
      if (over) return;
      over = true;
      const left = (this.#topics.get(topic) ?? 1) - 1;
      if (left) this.#topics.set(topic, left);
      else {
        this.#topics.delete(topic);
        this.#restart();
      }
    };
  }

  /** Each happening of all that is followed, once and in order. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Called when what is shown may have holes: everything is to be read anew. */
  onFresh(listener: () => void): () => void {
    this.#fresh.add(listener);
    return () => this.#fresh.delete(listener);
  }

  /** Nothing is followed any more, nothing remembered: somebody signed out. */
  stop(): void {
    this.#topics.clear();
    this.#last = "";
    this.#restart();
  }

  /** Try at once, where it may have been cut: the machine woke up, the network came back. */
  wake(now = Date.now()): void {
    if (this.state !== "off" && (this.state !== "live" || now - this.heard > SILENCE_MS / 2)) this.#restart();
  }

  #restart(): void {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => {
      this.#running?.abort();
      this.#running = null;
      this.#failures = 0;
      if (this.#topics.size) void this.#run();
      else this.state = "off";
    }, GATHER_MS) as unknown as number;
  }

  async #run(): Promise<void> {
    const control = new AbortController();
    this.#running = control;
    if (this.#anew) this.#last = "";
    this.#anew = false;
    while (!control.signal.aborted) {
      if (this.state !== "away") this.state = "connecting";
      try {
        await this.#read(control);
      } catch {
        // Whatever it was, it is tried again: the state says so to who looks on.
      }
      if (control.signal.aborted) return;
      this.state = "away";
      const wait = WAITS_MS[Math.min(this.#failures++, WAITS_MS.length - 1)] ?? 0;
      await new Promise((done) => setTimeout(done, wait * (0.75 + Math.random() / 2)));
    }
  }

  async #read(control: AbortController): Promise<void> {
    const one = new AbortController();
    const end = (): void => one.abort();
    control.signal.addEventListener("abort", end);
    let silence = setTimeout(end, SILENCE_MS);
    try {
      const asked = [...this.#topics.keys(), "settled=true"].join("&");
      const headers = new Headers(this.#last ? { "Last-Event-ID": this.#last } : {});
      const resumed = this.#last !== "";
      const response = await this.#open(`/v1/stream?${asked}`, { headers, signal: one.signal, cache: "no-store" });
      if (!response.ok || !response.body) {
        sessionEnded(response.status);
        throw await refusal(response);
      }
      this.state = "live";
      this.#failures = 0;
      if (!resumed) this.#refresh();
      const reader = response.body.getReader();
      const blocks = new Blocks();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS);
        this.heard = Date.now();
        for (const block of blocks.push(value)) this.#take(block);
      }
    } finally {
      clearTimeout(silence);
      control.signal.removeEventListener("abort", end);
      one.abort();
    }
  }

  #take(block: { id: string; event: string; data: string }): void {
    if (block.event === "reset") this.#refresh();
    else if (block.data) this.#tell(block.event, JSON.parse(block.data));
    if (block.id) this.#last = block.id;
  }

  #tell(type: string, said: Record<string, unknown>): void {
    const happening = "position" in said && "event" in said ? (said as unknown as Happening) : { position: 0, stream: "", type, event: said };
    for (const listener of this.#listeners) listener(happening);
  }

  #refresh(): void {
    for (const listener of this.#fresh) listener();
  }
}

export const live = new Live();

/** The machine's own signs that a connection may be gone. */
export function watchMachine(): void {
  addEventListener("online", () => live.wake());
  document.addEventListener("visibilitychange", () => document.hidden || live.wake());
}
