/** Everything that can be done here and now, by name and by key: what the command palette lists and the keyboard does. */

import { untrack } from "svelte";
import { over } from "../design/over.svelte";

/**
 * `keys`: as `Mod+K`, `Alt+A`, `Shift+?` or `G B` (one after the other); `Mod` is Ctrl, on a Mac Command. Plain letters act
 * only while nothing is typed into.
 */
export type Action = {
  id: string;
  title: string;
  group: string;
  keys?: string;
  enabled?: boolean;
  /** Its key does it behind an open dialog, too. */
  always?: boolean;
  run: () => unknown;
};

/** What takes keys while it is open. */
const OVER = '[role="menu"], [role="dialog"]';

class Actions {
  #sources = $state.raw<(() => Action[])[]>([]);
  #prefix = "";
  #until = 0;
  #behind = false;

  get all(): Action[] {
    return this.#sources.flatMap((source) => source()).filter((action) => action.enabled !== false);
  }

  /** What the page itself can do comes before what can be done everywhere. */
  get nearest(): Action[] {
    return this.#sources.toReversed().flatMap((source) => source()).filter((action) => action.enabled !== false);
  }

  /** Offer these until what is handed back is called: `$effect(() => actions.offer(() => [...]))`. */
  offer(source: () => Action[]): () => void {
    // An effect that offers must not run again because another one did.
    this.#sources = [...untrack(() => this.#sources), source];
    return () => {
      this.#sources = untrack(() => this.#sources).filter((one) => one !== source);
    };
  }

  /** A key goes down: what is open over the page has it, also where that is closed by it. Told before anything acts on it. */
  begin(event: KeyboardEvent): void {
    this.#behind = over.dialog || (event.target instanceof Element && event.target.closest(OVER) !== null);
  }

  /** Do what this key stands for; whether it stood for anything. */
  press(event: KeyboardEvent, now = Date.now()): boolean {
    if (event.isComposing || event.defaultPrevented) return false;
    const stroke = strokeOf(event);
    if (!stroke) return false;
    const typing = typesInto(event.target);
    const plain = !event.altKey && !event.ctrlKey && !event.metaKey;
    if (typing && plain && stroke !== "Escape" && !/^F\d/.test(stroke)) return false;
    const sequence = now < this.#until ? `${this.#prefix} ${stroke}` : stroke;
    const may = this.#behind ? this.all.filter((action) => action.always) : this.all;
    const found = may.findLast((action) => action.keys === sequence) ?? may.findLast((action) => action.keys === stroke);
    if (found) {
      this.#until = 0;
      found.run();
      return true;
    }
    if (may.some((action) => action.keys?.startsWith(`${stroke} `))) {
      this.#prefix = stroke;
      this.#until = now + 1500;
      return true;
    }
    return false;
  }
}

export const actions = new Actions();

function strokeOf(event: KeyboardEvent): string {
  if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return "";
  // The place on the keyboard, not the letter: Persian layouts have other letters there.
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1] ?? /^Digit(\d)$/.exec(event.code)?.[1];
  // Shift and a digit write another sign, a question mark say; beside another key they are meant as they lie.
  const written = event.shiftKey && /^Digit/.test(event.code) && !(event.altKey || event.ctrlKey || event.metaKey);
  const key = letter && !written ? letter : event.key;
  const shift = event.shiftKey && ((letter !== undefined && !written) || key.length > 1);
  const parts = [event.ctrlKey || event.metaKey ? "Mod" : "", event.altKey ? "Alt" : "", shift ? "Shift" : "", key];
  return parts.filter(Boolean).join("+");
}

function typesInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** A key as it is written on this machine. */
export function keyNames(keys: string): string[] {
  const mac = typeof navigator !== "undefined" && /Mac/.test(navigator.platform);
  return keys.split(" ").map((stroke) => stroke.replace("Mod", mac ? "⌘" : "Ctrl").replace("Alt", mac ? "⌥" : "Alt"));
}
