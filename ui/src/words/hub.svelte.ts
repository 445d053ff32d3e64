/** What the hub says in its own sentences, which are English, in the reader's language. The texts come when one is wanted first. */
import type { Book } from "./hub/book";
import { isolated, locale } from "./locale.svelte";

let book = $state.raw<Book | null>(null);
let coming: Promise<void> | null = null;

/** Once this is kept, sentences can be worded at once. Where the texts can't be fetched they are asked for again the next time. */
export function opened(): Promise<void> {
  if (locale.language === "en") return Promise.resolve();
  coming ??= import("./hub/open")
    .then(({ open }) => open())
    .then(
      (open) => void (book = open),
      () => void (coming = null),
    );
  return coming;
}

/** The sentence in the reader's language; null: nobody has worded it, or not yet. */
export function reworded(sentence: string): string | null {
  if (locale.language === "en" || !sentence) return sentence;
  if (book === null) void opened();
  return book?.say(sentence) ?? null;
}

/** The same where it must be a text: what is not worded stays English, kept apart in direction. */
export function said(sentence: string): string {
  return isolated(reworded(sentence) ?? sentence);
}
