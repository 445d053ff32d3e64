/** What an agent is writing: on this machine at every key, at the hub a moment later, and never lost between the two. */
import { Refusal, requestId } from "../../api/client";
import type { components } from "../../api/schema";

export type Mention = components["schemas"]["DraftMention"];
export type Attachment = components["schemas"]["Attachment"];
/**
 * `mentions`: colleagues who were chosen by their name. `contact`: the mail that is answered, or goes on. `request`: under which they are sent;
 * other words have another.
 */
export type Words = { text: string; subject: string; to: string; cc: string[]; attachments: Attachment[]; mentions: Mention[]; contact: string; request: string };
export type Kept = { words: Words; revision: number };

/** Where drafts are kept for all tabs and machines. `put` is refused as `draft-changed` where another tab wrote meanwhile. */
export type Remote = {
  get: () => Promise<Kept | null>;
  put: (words: Words, revision: number) => Promise<number>;
  drop: () => Promise<unknown>;
};
type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const EMPTY: Words = { text: "", subject: "", to: "", cc: [], attachments: [], mentions: [], contact: "", request: "" };
const AFTER_MS = 400;
const AGAIN_MS = 3000;
/** Not reached, nobody signed in, locked, too often: it may be heard later. */
const AGAIN = [0, 401, 423, 429];

export function isEmpty(words: Words): boolean {
  return !words.text && !words.subject && !words.to && !words.cc.length && !words.attachments.length;
}

/** What was written, under whatever name. */
function said(words: Words): string {
  return JSON.stringify({ ...words, request: "" });
}

export class Draft {
  words = $state<Words>({ ...EMPTY });
  /** What another tab wrote in the same place: one of the two is to be chosen. */
  theirs = $state<Kept | null>(null);
  /** Whether the hub has all that is here. */
  saved = $state(true);
  /** Why the hub does not keep it, where it says so. */
  refused = $state<Refusal | null>(null);
  #revision = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #saving: Promise<void> | null = null;
  #touched = false;
  #key: string;
  #remote: Remote;
  #store: Store;
  #changed: () => void;
  /** Whether the hub has anything of it, and under which name it would be sent. */
  #there = false;
  #known = "";
  /** Nobody can have sent these words under this name yet. */
  #unsent = false;

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
    this.#known = kept.words.request;
  }

  write(change: Partial<Words>): void {
    const request = this.#unsent ? this.words.request : requestId();
    this.#unsent = true;
    this.#hold({ ...this.words, ...change, request });
    this.#later(AFTER_MS);
  }

  /** What is to be sent, under its name: the box is empty at once, and what is typed next is another message. */
  take(): Words {
    clearTimeout(this.#timer);
    const taken = { ...this.words, request: this.words.request || requestId() };
    this.#unsent = false;
    this.words = { ...EMPTY };
    this.theirs = null;
    this.saved = true;
    this.#store.removeItem(this.#key);
    return taken;
  }

  /** Before these are sent the hub knows them by their name: sending them under it ends the draft there. */
  async known(taken: Words): Promise<void> {
    while (this.#saving) await this.#saving;
    if (!this.#there || this.#known === taken.request || !isEmpty(this.words)) return;
    this.#saving = this.#remote
      .put(taken, this.#revision)
      .then((revision) => this.#has(taken, revision))
      .catch(() => {})
      .finally(() => (this.#saving = null));
    await this.#saving;
  }

  /** They were sent, and the hub ended the draft that had their name. */
  sent(taken: Words): void {
    if (this.words.request === taken.request && !this.#unsent) this.take();
    if (this.#known !== taken.request) return;
    this.#known = "";
    this.#revision = 0;
    this.#is(false);
  }

  /** They were not sent: back in the box; `anew`: under another name, as something was decided on the old one. */
  back(taken: Words, anew: boolean): void {
    this.#unsent = anew;
    this.#hold({ ...taken, request: anew ? requestId() : taken.request });
    this.#later(AFTER_MS);
  }

  #hold(words: Words): void {
    this.#touched = true;
    this.words = words;
    this.saved = false;
    this.refused = null;
    this.#store.setItem(this.#key, JSON.stringify({ words: this.words, revision: this.#revision }));
  }

  /** Bring it to the hub now; one at a time, the last word last. */
  async save(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#saving) await this.#saving;
    if (this.saved || this.theirs) return;
    this.#saving = this.#put().finally(() => (this.#saving = null));
    await this.#saving;
  }

  /** It is not wanted any more: nothing of it is left, here at once, at the hub as soon as it is reached. */
  async clear(): Promise<void> {
    this.theirs = null;
    this.#unsent = false;
    this.#hold({ ...EMPTY });
    await this.save();
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
    this.#known = this.words.request;
    this.#unsent = false;
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
        this.#is(false);
      } else this.#has(words, await this.#remote.put(words, this.#revision));
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
      if (theirs && said(theirs.words) !== said(this.words)) this.theirs = theirs;
      else if (theirs) this.#revision = theirs.revision;
      else this.#revision = 0;
      if (!this.theirs) this.#later(AGAIN_MS);
    } else if (AGAIN.includes(status) || status >= 500) this.#later(AGAIN_MS);
    else if (error instanceof Refusal) this.refused = error;
    else throw error;
  }

  #has(words: Words, revision: number): void {
    this.#revision = revision;
    this.#known = words.request;
    this.#is(true);
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
