/** The time by the hub's clock, ticking once a second: countdowns and ages that don't trust this machine's clock. */

class HubClock {
  now = $state(Date.now());
  #ahead = 0;
  #watchers = 0;
  #timer = 0;

  /** The hub said its time (ISO 8601); `asked` and `heard` are when, in milliseconds of this machine. */
  set(hubTime: string, asked: number, heard: number): void {
    const said = Date.parse(hubTime);
    if (Number.isFinite(said)) this.#ahead = said - (asked + heard) / 2;
    this.now = this.exact();
  }

  exact(): number {
    return Date.now() + this.#ahead;
  }

  /** Tick until what is handed back is called. */
  watch(): () => void {
    if (this.#watchers++ === 0) this.#timer = setInterval(() => (this.now = this.exact()), 1000) as unknown as number;
    return () => {
      if (--this.#watchers === 0) clearInterval(this.#timer);
    };
  }

  /** Seconds since then (ISO 8601), at the last tick. */
  since(at: string): number {
    return Math.max(0, (this.now - Date.parse(at)) / 1000);
  }

  until(at: string): number {
    return Math.max(0, (Date.parse(at) - this.now) / 1000);
  }
}

export const clock = new HubClock();
