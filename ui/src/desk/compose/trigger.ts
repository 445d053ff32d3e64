/** Where a sign in what is typed begins a search: `/` for canned answers, `@` for colleagues. */

export type Trigger = { sign: string; query: string; start: number; end: number };

/** The word that the caret is in, where it begins with one of these signs. */
export function triggerAt(text: string, caret: number, signs: string): Trigger | null {
  const found = /(?:^|\s)(\S*)$/.exec(text.slice(0, caret));
  const word = found?.[1] ?? "";
  const sign = word[0] ?? "";
  if (!sign || !signs.includes(sign) || word.indexOf(sign, 1) > 0) return null;
  return { sign, query: word.slice(1), start: caret - word.length, end: caret };
}

/** The text with what was found in the place of what was typed, and where the caret goes. */
export function put(text: string, trigger: Trigger, found: string): { text: string; caret: number } {
  return { text: text.slice(0, trigger.start) + found + text.slice(trigger.end), caret: trigger.start + found.length };
}
