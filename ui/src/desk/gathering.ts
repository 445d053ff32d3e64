/** Many events within a moment make one reading of each thing they concern. */

const MOMENT_MS = 40;
const BETWEEN_MS = 400;

/** The first key is read a moment later; while more come, no oftener than every `BETWEEN_MS`. */
export class Gathering {
  #keys = new Map<string, string[]>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;
  #read: (keys: string[][]) => void;

  constructor(read: (keys: string[][]) => void) {
    this.#read = read;
  }

  add(...keys: string[][]): void {
    for (const key of keys) this.#keys.set(key.join("\n"), key);
    if (!this.#keys.size || this.#timer !== undefined) return;
    const wait = Math.max(MOMENT_MS, this.#last + BETWEEN_MS - Date.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#last = Date.now();
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    this.#read(keys);
  }
}
