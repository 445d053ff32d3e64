import { expect, test } from "vitest";
import { type Catalogue, literals, places } from "./book";

const catalogues = import.meta.glob<Catalogue>("./*.fa.json", { import: "default", eager: true });

test.each(Object.entries(catalogues))("each text of %s fills exactly the places of its sentence", (_, texts) => {
  const wrong = Object.entries(texts).filter(([sentence, text]) => {
    const wanted = literals(sentence).slice(1).map((_part, place) => place);
    return [...new Set(places(text))].sort((one, other) => one - other).join() !== wanted.join();
  });
  expect(wrong).toEqual([]);
});

test.each(Object.entries(catalogues))("the texts of %s are written in Persian letters and digits", (_, texts) => {
  const wrong = Object.values(texts).filter((text) => /[\u0643\u064a]|[0-9\u0660-\u0669]/.test(text.replace(/`[^`]*`|\{\d*=?\}/g, "")));
  expect(wrong).toEqual([]);
  expect(Object.values(texts).filter((text) => text.split("`").length % 2 === 0 || !text.trim())).toEqual([]);
});
