/** Mail addresses as they are typed in a row, with names or without: what is none of one is found before it is sent. */

const ENDS = /[,;،؛\n]/;
const NAMED = /^(?:"[^"]*"\s*|[^<>"]*)<([^<>]*)>$/;
const ADDRESS = /^[^\s@<>(),:;"[\]\\]+@[^\s@<>(),:;"[\]\\.]+(?:\.[^\s@<>(),:;"[\]\\.]+)+$/;

/** Each as it was typed. A comma within quotes belongs to a name; addresses without names may stand apart by blanks. */
export function entriesOf(text: string): string[] {
  const entries = [""];
  let quoted = false;
  for (const sign of text) {
    if (sign === '"') quoted = !quoted;
    if (!quoted && ENDS.test(sign)) entries.push("");
    else entries[entries.length - 1] += sign;
  }
  return entries.flatMap(apart).filter(Boolean);
}

function apart(entry: string): string[] {
  const words = entry.trim().split(/\s+/);
  return words.length > 1 && words.every((one) => one.includes("@") && !/[<>"]/.test(one)) ? words : [entry.trim()];
}

/** The address alone; empty: it is none. */
export function bare(entry: string): string {
  const address = (NAMED.exec(entry.trim())?.[1] ?? entry).trim();
  return ADDRESS.test(address) ? address : "";
}

/** The first that no mail can go to. */
export function wrongOf(entries: readonly string[]): string | undefined {
  return entries.find((one) => !bare(one));
}

const same = (one: string, other: string): boolean => (bare(one) || one).toLowerCase() === (bare(other) || other).toLowerCase();

/** To whom else an answer to another mail goes: what was typed stays, what came with the mail before goes with it. */
export function copiesOf(typed: readonly string[], before: readonly string[], now: readonly string[]): string[] {
  const kept = typed.filter((one) => !before.some((other) => same(one, other)));
  return [...kept, ...now.filter((one) => !kept.some((other) => same(one, other)))];
}
