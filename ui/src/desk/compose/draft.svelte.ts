/** What an agent is writing: on this machine at every key, at the hub a moment later, and never lost between the two. */
import { Refusal } from "../../api/client";
import type { components } from "../../api/schema";

export type Mention = components["schemas"]["DraftMention"];
export type Attachment = components["schemas"]["Attachment"];
/** `mentions`: colleagues who were chosen by their name. */
export type Words = { text: string; subject: string; to: string; cc: string[]; attachments: Attachment[]; mentions: Mention[] };
export type Kept = { words: Words; revision: number };

/** Where drafts are kept for all tabs and machines. `put` is refused as `draft-changed` where another tab wrote meanwhile. */
export type Remote = {
  get: () => Promise<Kept | null>;
  put: (words: Words, revision: number) => Promise<number>;
  drop: () => Promise<unknown>;
};
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const EMPTY: Words = { text: "", subject: "", to: "", cc: [], attachments: [], mentions: [] };
const AFTER_MS = 400;
const AGAIN_MS = 3000;
/** Not reached, locked, too often: it may be heard later. */
const AGAIN = [0, 423, 429];

export function isEmpty(words: Words): boolean {
  return !words.text && !words.subject && !words.to && !words.cc.length && !words.attachments.length;
}

export class Draft {
  words = $state<Words>({ ...EMPTY });
  /** What another tab wrote in the same place: one of the two is to be chosen. */
  theirs = $state<Kept | null>(null);
  /** Whether the hub has all that is here. */
  saved = $state(true);
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;
  #touched = false;
  #key: string;
  #remote: Remote;
  #store: Store;
  #changed: () => void;
  /** Whether the hub has anything of it. */
  #there = false;

  /** `changed` is called when the hub has a first word of it, or the last is gone. */
  constructor(key: string, remote: Remote, changed: () => void = () => {}, store: Store = sessionStorage) {
    this.#changed = changed;
    this.#key = `hub.draft.${key}`;
    this.#remote = remote;
    this.#store = store;
    const here = this.#store.getItem(this.#key);
    if (!here) return;
    const kept = JSON.parse(here) as Kept;
    this.words = { ...EMPTY, ...kept.words };
    this.#revision = kept.revision;
    this.saved = false;
  }

  /** Take what the hub has, unless something newer is here: that is brought to the hub. */
  async open(): Promise<void> {
    if (!this.saved) return this.save();
    const kept = await this.#remote.get().catch(() => null);
    if (!kept || this.#touched) return;
    this.words = kept.words;
    this.#revision = kept.revision;
    this.#there = true;
  }

  write(change: Partial<Words>): void {
    this.#touched = true;
    this.words = { ...this.words, ...change };
    this.saved = false;
    this.#store.setItem(this.#key, JSON.stringify({ words: this.words, revision: this.#revision }));
    this.#later(AFTER_MS);
  }

  /** Bring it to the hub now; one at a time, the last word last. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.saved || this.theirs) return;
    this.#saving = this.#put();
    await this.#saving;
    this.#saving = null;
  }

  /** It was sent: nothing of it is left. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.words = { ...EMPTY };
    this.theirs = null;
    this.saved = true;
    this.#store.removeItem(this.#key);
    while (this.#saving) await this.#saving;
    this.#revision = 0;
    await this.#remote.drop().catch(() => {});
    this.#is(false);
  }

  /** Of the two: what is written here. */
  async keepMine(): Promise<void> {
    this.#revision = this.theirs?.revision ?? this.#revision;
    this.theirs = null;
    await this.save();
  }

  /** Of the two: what the other tab wrote. */
  takeTheirs(): void {
    if (!this.theirs) return;
    this.words = this.theirs.words;
    this.#revision = this.theirs.revision;
    this.theirs = null;
    this.saved = true;
    this.#store.removeItem(this.#key);
  }

  stop(): void {
    void this.save();
  }

  async #put(): Promise<void> {
    const words = this.words;
    try {
      if (isEmpty(words)) {
        await this.#remote.drop();
        this.#revision = 0;
      } else this.#revision = await this.#remote.put(words, this.#revision);
      this.#is(!isEmpty(words));
    } catch (error) {
      return this.#refused(error);
    }
    if (this.words !== words) return;
    this.saved = true;
    this.#store.removeItem(this.#key);
  }

  async #refused(error: unknown): Promise<void> {
    const status = error instanceof Refusal ? error.status : 0;
    if (error instanceof Refusal && error.kind === "draft-changed") {
      const theirs = await this.#remote.get().catch(() => null);
      if (theirs && JSON.stringify(theirs.words) !== JSON.stringify(this.words)) this.theirs = theirs;
      else if (theirs) this.#revision = theirs.revision;
      else this.#revision = 0;
      if (!this.theirs) this.#later(AGAIN_MS);
    } else if (AGAIN.includes(status) || status >= 500) this.#later(AGAIN_MS);
  }

  #is(there: boolean): void {
    if (this.#there === there) return;
    this.#there = there;
    this.#changed();
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.save(), ms);
  }
}
