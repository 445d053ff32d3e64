/** What somebody typed into a customer's profile and has not saved: kept in this tab over a reload and while they look elsewhere, for them alone. */

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;
type Texts = Record<string, string>;

export class Unsaved {
  #key: string;
  #store: Store;

  constructor(personId: string, customerId: string, store: Store = sessionStorage) {
    this.#key = `hub.draft.${personId}.profile.${customerId}`;
    this.#store = store;
  }

  /** By the field's name. */
  read(): Texts {
    return JSON.parse(this.#store.getItem(this.#key) ?? "{}") as Texts;
  }

  keep(texts: Texts): void {
    if (Object.keys(texts).length) this.#store.setItem(this.#key, JSON.stringify(texts));
    else this.#store.removeItem(this.#key);
  }
}
