/** The texts of one part of the application, in every language: a missing or a needless key does not compile. */
import { type Language, isolated, locale, number } from "./locale.svelte";

type Texts<Keys extends string> = Record<Language, Record<Keys, string>>;
type Values = Readonly<Record<string, string | number>>;

/** How a text is asked for: by key, with the values of its `{places}`. */
export type Say<Keys extends string> = {
  (key: Keys, values?: Values): string;
  /** The text for a code that the hub told; one that has none is shown as it is. */
  of: (code: string, values?: Values) => string;
};

/**
 * `words({en: {hello: "Hello {name}"}, fa: {hello: "سلام {name}"}})` gives `say("hello", {name: "Mina"})`. Numbers are
 * written in the reader's digits, texts are isolated in direction. `{n|one call|{n} calls}` chooses by the number.
 */
export function words<Keys extends string>(texts: { en: Record<Keys, string>; fa: Record<NoInfer<Keys>, string> }): Say<Keys> {
  const all: Texts<Keys> = texts;
  const say = (key: Keys, values: Values = {}): string => fill(all[locale.language][key], values);
  const of = (code: string, values: Values = {}): string => (code in all.en ? say(code as Keys, values) : code);
  return Object.assign(say, { of });
}

/** Texts that are joined with others to what one area says; in every language the same keys. */
export function texts<Keys extends string>(both: { en: Record<Keys, string>; fa: Record<NoInfer<Keys>, string> }): typeof both {
  return both;
}

function fill(text: string, values: Values): string {
  const chosen = text.replace(/\{(\w+)\|([^|]*)\|((?:[^{}]|\{\w+\})*)\}/g, (_, name: string, one: string, many: string) =>
    values[name] === 1 ? one : many,
  );
  return chosen.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    if (value === undefined) return place;
    return typeof value === "number" ? number(value) : isolated(value);
  });
}
