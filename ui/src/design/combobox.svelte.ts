/** A field and what may be meant by it: the field keeps the focus, the keys move in the list below (the combobox of WAI-ARIA). */

type About<T> = {
  id: string;
  items: () => readonly T[];
  /** Whether the list is there; else all keys are the field's own. */
  open?: () => boolean;
  /** It is the one: by Enter or the pointer. Without, what the list stands on is meant, and Enter is the form's. */
  choose?: (item: T) => unknown;
  /** Of a field with lines: Tab chooses too, Escape closes, and Home and End stay in the text. */
  close?: () => unknown;
};

export class Combobox<T> {
  #about: About<T>;
  #at = $state(0);

  constructor(about: About<T>) {
    this.#about = about;
  }

  get id(): string {
    return this.#about.id;
  }

  get items(): readonly T[] {
    return this.#about.items();
  }

  get open(): boolean {
    return this.#about.open?.() ?? true;
  }

  /** Where the list stands; -1: there is nothing in it. */
  get at(): number {
    return Math.min(this.#at, this.items.length - 1);
  }

  get meant(): T | undefined {
    return this.items[this.at];
  }

  /** Something else was typed: the first is meant. */
  anew(): void {
    this.#at = 0;
  }

  /** What a field with lines says of itself; it is no combobox, and has suggestions all the same. */
  get suggesting() {
    const there = this.open && this.at >= 0;
    return {
      "aria-autocomplete": "list",
      "aria-controls": there ? this.id : undefined,
      "aria-activedescendant": there ? `${this.id}-${this.at}` : undefined,
    } as const;
  }

  /** What a field of one line says of itself. */
  get field() {
    return { ...this.suggesting, role: "combobox", "aria-expanded": this.open, "aria-controls": this.id, autocomplete: "off" } as const;
  }

  option(index: number) {
    return {
      id: `${this.id}-${index}`,
      role: "option",
      "aria-selected": index === this.at,
      onpointerdown: (event: Event) => event.preventDefault(),
      onpointermove: this.#about.choose ? () => (this.#at = index) : undefined,
      onclick: () => this.#take(index),
    } as const;
  }

  /** Whether the key was the list's. */
  keyed(event: KeyboardEvent): boolean {
    if (!this.open || event.isComposing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
    if (!this.#did(event.key)) return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #did(key: string): boolean {
    const last = this.items.length - 1;
    const { choose, close } = this.#about;
    if (key === "Escape" && close) close();
    else if ((key === "Enter" || (key === "Tab" && close)) && choose && last >= 0) this.#take(this.at);
    else if (key === "ArrowDown") this.#at = this.at >= last ? 0 : this.at + 1;
    else if (key === "ArrowUp") this.#at = this.at <= 0 ? Math.max(0, last) : this.at - 1;
    else if (key === "Home" && !close) this.#at = 0;
    else if (key === "End" && !close) this.#at = Math.max(0, last);
    else return false;
    return true;
  }

  #take(index: number): void {
    const item = this.items[index];
    this.#at = index;
    if (item !== undefined) this.#about.choose?.(item);
  }
}
