import { expect, test } from "vitest";
import { cardOf, told } from "./card";

test("what the form does not show is kept, and what was left empty is left out", () => {
  const setup = { skills: { cards: 3 }, languages: ["fa"], capacity: 200, units: { phone: 50 }, ceilings: { web: 2 }, attributes: { site: "a" } };
  const card = cardOf(setup);
  card.skills.push({ name: " loans ", level: 5 }, { name: " ", level: 1 });
  expect(told(card)).toEqual({ ...setup, skills: { cards: 3, loans: 5 } });
});

test("who was no agent yet begins with what is usual", () => {
  expect(told(cardOf())).toEqual({ skills: {}, languages: [], capacity: 100, attributes: {}, ceilings: {}, units: {} });
});
