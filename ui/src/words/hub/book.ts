/** Sentences of the hub in another language: the English sentence finds the text that it was made from, as gettext does. */
import { digits, isolated } from "../locale.svelte";

/**
 * What the hub says, `queue {} is unknown`, and what it is here. `{1}` is the second place, `{=}` keeps what stands there as it is,
 * and what is between backticks runs from left to right.
 */
export type Catalogue = Readonly<Record<string, string>>;
type Entry = { pattern: RegExp | null; key: string; text: string; longest: string; weight: number };

const DEEPEST = 4;
/** So many letters of its own has a text that stands alone: `{} of {}` would take what people wrote for words of the hub. */
const LEAST = 8;
const PLACE = "\u0001";
const LEFT_TO_RIGHT = "\u2066";
const POP = "\u2069";
const NUMBER = /^-?\d{1,3}(,\d{3})*(\.\d+)?$|^-?\d+(\.\d+)?$/;
const QUOTED = /^'([^']*)'$|^"([^"]*)"$/;
const GLUE = [["\n", "\n"], ["; ", "؛ "], [": ", ": "]] as const;

export class Book {
  #whole = new Map<string, string>();
  #entries = new Map<string, Entry[]>();
  #known = new Map<string, string | null>();

  add(texts: Catalogue): void {
    for (const [key, text] of Object.entries(texts)) {
      const parts = literals(key);
      if (parts.length === 1) this.#whole.set(lowered(parts[0] ?? ""), text);
      else this.#file(parts, key, text);
    }
    for (const entries of this.#entries.values()) entries.sort((one, other) => other.weight - one.weight);
    this.#known.clear();
  }

  /** The sentence in this language; null where nobody has worded it. */
  say(sentence: string): string | null {
    const known = this.#known.get(sentence);
    if (known !== undefined) return known;
    if (this.#known.size > 2000) this.#known.clear();
    const said = this.#sentence(sentence.trim(), 0) ?? this.#glued(sentence.trim(), 0);
    this.#known.set(sentence, said);
    return said;
  }

  /** By its first word: what is looked for is compared with few. */
  #file(parts: string[], key: string, text: string): void {
    const start = /^[\p{L}'"\d]+$/u.test(parts[0] ?? "") ? "" : initial(parts[0] ?? ""); // a word that goes on in a place is no whole word
    const longest = parts.slice(start ? 1 : 0).reduce((one, other) => (other.length > one.length ? other : one), "");
    this.#entries.set(start, [...(this.#entries.get(start) ?? []), { pattern: null, key, text, longest, weight: parts.join("").length }]);
  }

  #sentence(sentence: string, depth: number): string | null {
    const low = lowered(sentence);
    const whole = this.#whole.get(low);
    if (whole !== undefined) return filled(whole, [], () => "");
    let best: { entry: Entry; values: string[] } | null = null;
    for (const start of new Set([initial(low), ""])) {
      for (const entry of this.#entries.get(start) ?? []) {
        if (best && entry.weight <= best.entry.weight) break;
        if (!sentence.includes(entry.longest) || (!depth && entry.weight < LEAST)) continue;
        entry.pattern ??= patternOf(entry.key);
        const values = entry.pattern.exec(start ? low : sentence)?.slice(1);
        if (values) best = { entry, values };
      }
    }
    return best && filled(best.entry.text, best.values, (value) => this.#value(value, depth + 1));
  }

  /** What stands in a place: a number, a name, a list, or again a sentence of the hub. */
  #value(value: string, depth: number): string {
    const text = value.trim();
    if (NUMBER.test(text)) return isolated(digits(text).replaceAll(",", "٬").replace(".", "٫"));
    const said = depth > DEEPEST ? null : (this.#sentence(text, depth) ?? this.#glued(text, depth));
    if (said !== null) return isolated(said);
    const quoted = QUOTED.exec(text);
    if (quoted) return `«${isolated(quoted[1] ?? quoted[2] ?? "")}»`;
    const members = text.split(", ");
    if (members.length > 1 && depth <= DEEPEST) return members.map((one) => this.#value(one, depth + 1)).join("، ");
    return isolated(text);
  }

  /** Sentences one after the other: `rule 3: …`, or each on its line. Null where none of them is known. */
  #glued(sentence: string, depth: number): string | null {
    if (depth > DEEPEST) return null;
    for (const [mark, here] of GLUE) {
      const parts = mark === ": " ? inTwo(sentence) : sentence.split(mark);
      if (parts.length < 2) continue;
      const said = parts.map((part) => this.#sentence(part, depth) ?? this.#glued(part, depth + 1));
      if (said.some((one) => one !== null)) return said.map((one, at) => one ?? this.#value(parts[at] ?? "", depth + 1)).join(here);
    }
    return null;
  }
}

/** What of a text is not a place. */
export function literals(text: string): string[] {
  return text
    .replaceAll("{}", PLACE)
    .replaceAll("{{", "{")
    .replaceAll("}}", "}")
    .split(PLACE);
}

const PLACES = /\{\{|\}\}|\{(\d*)(=?)\}/g;

/** The numbers of the places that a text in this language fills, in its order. */
export function places(text: string): number[] {
  let next = 0;
  return [...text.matchAll(PLACES)].filter((one) => one[1] !== undefined).map((one) => (one[1] ? Number(one[1]) : next++));
}

function filled(text: string, values: readonly string[], word: (value: string) => string): string {
  let next = 0;
  const coded = text.replace(/`([^`]*)`/g, `${LEFT_TO_RIGHT}$1${POP}`);
  return coded.replace(PLACES, (all: string, place: string | undefined, kept: string) => {
    if (place === undefined) return all[0] ?? "";
    const value = values[place ? Number(place) : next++] ?? "";
    return kept ? LEFT_TO_RIGHT + value + POP : word(value);
  });
}

function patternOf(key: string): RegExp {
  const parts = literals(lowered(key)).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("(.+?)")}$`);
}

/** Sentences begin in upper or lower case, as they stand alone or within another. */
function lowered(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function initial(text: string): string {
  return /^[\p{L}'"\d]+/u.exec(lowered(text))?.[0] ?? "";
}

function inTwo(text: string): string[] {
  const at = text.indexOf(": ");
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 2)];
}
