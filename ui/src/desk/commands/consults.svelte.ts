/** Which consultation belongs to a conversation: the hub names it once, this tab remembers it over a reload. */
import { SvelteMap } from "svelte/reactivity";

const KEPT = "hub.consult.";

class Consults {
  #known = new SvelteMap<string, string>();

  of(interactionId: string): string {
    return this.#known.get(interactionId) ?? sessionStorage.getItem(KEPT + interactionId) ?? "";
  }

  began(interactionId: string, consultId: string): void {
    sessionStorage.setItem(KEPT + interactionId, consultId);
    this.#known.set(interactionId, consultId);
  }

  over(interactionId: string): void {
    sessionStorage.removeItem(KEPT + interactionId);
    this.#known.set(interactionId, "");
  }
}

export const consults = new Consults();
