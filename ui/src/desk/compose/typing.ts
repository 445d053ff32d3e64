/** The customer is shown that an agent is typing: said when they begin, again while they go on, and when they stop. */

const AGAIN_MS = 4000;
const STOPPED_MS = 5000;

export class Typing {
  #said = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tell: (typing: boolean) => unknown;

  constructor(tell: (typing: boolean) => unknown) {
    this.#tell = tell;
  }

  typed(now = Date.now()): void {
    if (now - this.#said >= AGAIN_MS) {
      this.#said = now;
      this.#tell(true);
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.stop(), STOPPED_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (!this.#said) return;
    this.#said = 0;
    this.#tell(false);
  }
}
