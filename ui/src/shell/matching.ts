/** Which actions are meant by what was typed: every word begins a word of the title or its group; earlier hits come first. */
import { latin } from "../words/locale.svelte";

type Named = { title: string; group: string };

export function matching<T extends Named>(all: readonly T[], typed: string): T[] {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  if (!wanted.length) return [...all];
  return all
    .map((one) => ({ one, place: placeOf(wanted, one) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place)
    .map(({ one }) => one);
}

function placeOf(wanted: readonly string[], one: Named): number {
  const title = plain(one.title);
  const both = `${title} ${plain(one.group)}`;
  let sum = 0;
  for (const word of wanted) {
    const found = ` ${both}`.indexOf(` ${word}`);
    if (found < 0) return -1;
    sum += found;
  }
  return sum;
}

/** Without what is typed differently by different keyboards: case, accents, Arabic forms of Persian letters, half spaces. */
function plain(text: string): string {
  return latin(text)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replaceAll("ي", "ی")
    .replaceAll("ك", "ک")
    .replaceAll("\u200c", " ")
    .toLowerCase();
}
