/** What the stream says of conversations that no list holds: what came and was not looked at, and who is typing. */
import { untrack } from "svelte";
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
  /** How many messages of a conversation were looked at. */
  #seen = new Recent<number>();
  #keep: (() => void) | null = null;

  /** What this agent looked at before the page was loaded anew; kept on in this tab until what is handed back is called. */
  keep(agentId: string, where: Pick<Storage, "getItem" | "setItem"> = sessionStorage): () => void {
    const name = `hub.seen.${agentId}`;
    for (const [id, count] of JSON.parse(where.getItem(name) ?? "[]") as [string, number][]) this.#seen.set(id, count);
    this.#keep = () => where.setItem(name, JSON.stringify(untrack(() => [...this.#seen])));
    return () => {
      this.#keep = null;
      this.#seen.clear();
      this.unread.clear();
    };
  }

  /** The work as the hub lists it, with how many messages came: what is more than was looked at is unread. */
  count(work: readonly { interaction_id: string; contacts: number }[], seen = !document.hidden): void {
    untrack(() => {
      for (const { interaction_id: id, contacts } of work) {
        const before = id === this.shown && seen ? contacts : (this.#seen.get(id) ?? contacts - (this.unread.get(id) ?? 0));
        this.#seen.set(id, before);
        if (contacts > before) this.unread.set(id, contacts - before);
        else this.unread.delete(id);
      }
      this.#keep?.();
    });
  }

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
    untrack(() => {
      const [seen, unread] = [this.#seen.get(id), this.unread.get(id)];
      if (seen !== undefined && unread) this.#seen.set(id, seen + unread);
      this.unread.delete(id);
    });
    this.#keep?.();
  }

  forget(id: string): void {
    this.unread.delete(id);
    this.#seen.delete(id);
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
