/** What is known of the last few: a page stays open all day, and would else remember each piece of its work to the end. */
import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";

const CAP = 200;

/** A map that forgets what was not put for longest where it holds more than `cap`. */
export class Recent<Value> extends SvelteMap<string, Value> {
  #cap: number;

  constructor(cap = CAP) {
    super();
    this.#cap = cap;
  }

  override set(key: string, value: Value): this {
    return untrack(() => {
      this.delete(key);
      super.set(key, value);
      for (const oldest of this.keys()) {
        if (this.size <= this.#cap) break;
        this.delete(oldest);
      }
      return this;
    });
  }
}
