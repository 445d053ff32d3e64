/** What the stream says of conversations that no list holds: what came and was not looked at, and who is typing. */
import type { Happening } from "../live/live.svelte";
import { Recent } from "./recent.svelte";

const TYPING_MS = 8000;
/** A message of the customer's reached a conversation by one of these. */
const CAME = new Set(["ContactAttached", "InteractionReopened"]);

export class Marks {
  unread = new Recent<number>();
  typing = new Recent<number>();
  read = new Recent<number>();
  /** The conversation that is on show; while the page is seen nothing in it is unread. */
  shown = "";

  take(one: Happening, now = Date.now(), seen = !document.hidden): void {
    if (CAME.has(one.type)) {
      this.typing.delete(one.stream);
      if (one.stream !== this.shown || !seen) this.unread.set(one.stream, (this.unread.get(one.stream) ?? 0) + 1);
    }
    const id = String(one.event.interaction_id ?? "");
    if (one.type === "CustomerTyping") this.#types(id, one.event.typing === true, now);
    if (one.type === "CustomerRead") this.read.set(id, now);
    if (one.type === "WrapUpCompleted" || one.type === "InteractionTransferred") this.forget(one.stream);
  }

  look(id: string): void {
    this.shown = id;
    this.unread.delete(id);
  }

  forget(id: string): void {
    this.unread.delete(id);
    this.typing.delete(id);
    this.read.delete(id);
  }

  #types(id: string, typing: boolean, now: number): void {
    if (!typing) return void this.typing.delete(id);
    this.typing.set(id, now);
    setTimeout(() => this.typing.get(id) === now && this.typing.delete(id), TYPING_MS);
  }
}

export const marks = new Marks();
