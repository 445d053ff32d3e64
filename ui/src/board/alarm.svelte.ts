/** Tells, once each, what got into trouble: in words for screen readers, and by a sound where it is wanted. */
import { SvelteSet } from "svelte/reactivity";
import { play, type Tone } from "../design/tones";
import { clock } from "../shell/clock.svelte";
import { duration, percent } from "../words/locale.svelte";
import type { Board } from "./board.svelte";
import type { Labels } from "./labels.svelte";
import { type Limits, type Trouble, troubles } from "./limits.svelte";
import { say } from "./words";

const LOUDNESS = 0.08;
const TONES: readonly Tone[] = [
  [660, 0, 0.14],
  [520, 0.18, 0.14],
];

export class Alarm {
  /** Names of queues in trouble. */
  readonly queues = new SvelteSet<string>();
  said = $state("");
  #known = new Set<string>();
  #board: Board;
  #limits: Limits;
  #labels: Labels;

  constructor(board: Board, limits: Limits, labels: Labels) {
    [this.#board, this.#limits, this.#labels] = [board, limits, labels];
  }

  /** Look again: after each change and each second. */
  look(ring: () => void): void {
    const found = new Map<string, string>();
    for (const queue of this.#board.queues.values()) {
      const limit = this.#limits.of(queue.name);
      const wrong = troubles(queue, limit, clock.now);
      if (wrong.length) this.queues.add(queue.name);
      else this.queues.delete(queue.name);
      for (const one of wrong) found.set(`${one} ${queue.name}`, this.#words(queue.name, one));
    }
    for (const name of this.queues) if (!this.#board.queues.has(name)) this.queues.delete(name);
    const news = [...found].filter(([name]) => !this.#known.has(name)).map(([, words]) => words);
    this.#known = new Set(found.keys());
    if (news.length) this.said = news.slice(0, 3).join(". ");
    if (news.length && this.#limits.sound) ring();
  }

  #words(name: string, trouble: Trouble): string {
    const queue = this.#labels.queue(name);
    const limit = this.#limits.of(name);
    if (trouble === "oldest") return say("trouble_oldest", { queue, limit: duration(limit.oldest_s) });
    const level = this.#board.queues.get(name)?.service_level;
    return say("trouble_level", { queue, value: percent(level?.value ?? 0), limit: percent(limit.level ?? level?.target ?? 0) });
  }
}

/** Two short tones. */
export function ring(): void {
  play(TONES, LOUDNESS);
}
