/** What the browser calls this tab: the page on show, how much is new, and what rings; behind a lock nothing of it. */
import { untrack } from "svelte";
import { number } from "../words/locale.svelte";
import { say as shared } from "../words/shared";

export class Title {
  /** Messages that were not looked at. */
  news = $state(0);
  /** What rings, and how many of it; empty: nothing does. */
  rings = $state("");
  offers = $state(0);
  /** Whether what is on show may be read. */
  open = $state(false);
  #pages = $state.raw<(() => string)[]>([]);

  /** Call the page so until what is handed back is called: `$effect(() => title.page(() => customer.name))`. The last that says something counts. */
  page(name: () => string): () => void {
    this.#pages = [...untrack(() => this.#pages), name];
    return () => {
      this.#pages = untrack(() => this.#pages).filter((one) => one !== name);
    };
  }

  get text(): string {
    const product = shared("product");
    if (!this.open) return product;
    if (this.rings) return `(${number(this.offers)}) ${this.rings}`;
    const page = this.#pages.map((name) => name()).findLast((name) => name);
    const news = this.news ? `(${number(this.news)}) ` : "";
    return news + (page ? `${page} – ${product}` : product);
  }
}

export const title = new Title();
