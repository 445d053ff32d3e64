import { afterEach, expect, test } from "vitest";
import { amounts, money, term } from "./amounts.svelte";
import { locale } from "./locale.svelte";

const RIALS = { currency: "IRR", shownAs: "IRR", shownUnits: 1 };
const bare = (text: string) => text.replace(/[\u200e\u200f\u2066-\u2069]/g, "").replaceAll("\u00a0", " ");

afterEach(() => {
  locale.language = "en";
  amounts.money = RIALS;
  amounts.units = {};
});

test("money is shown in the unit that people count in, in their digits", () => {
  expect(money(4_900_000)).toBe("4,900,000 rials");
  amounts.money = { currency: "IRR", shownAs: "toman", shownUnits: 10 };
  expect(money(4_900_000)).toBe("490,000 tomans");
  expect(money(15)).toBe("1.5 tomans");
  locale.language = "fa";
  expect(money(4_900_000)).toBe("۴۹۰٬۰۰۰ تومان");
});

test("money of elsewhere is named as the language has it, or as the policy says", () => {
  amounts.money = { currency: "EUR", shownAs: "EUR", shownUnits: 100 };
  expect(bare(money(1250))).toBe("12.5 euros");
  amounts.money = { currency: "EUR", shownAs: "points", shownUnits: 1 };
  expect(bare(money(7))).toBe("7 points");
});

test("a term says what it counts; one of which nobody told is a mere number", () => {
  amounts.units = { fibre: { price: "money", months: "months", days: "days", rate: "percent" } };
  const said = (name: string, value: number | string) => bare(term("fibre", name, value));
  expect([said("price", 4_900_000), said("months", 12), said("days", 1), said("rate", 250)]).toEqual(["4,900,000 rials", "12 months", "1 day", "2.5%"]);
  expect([said("points", 1200), said("router", "lent")]).toEqual(["1,200", "lent"]);
  locale.language = "fa";
  expect([said("months", 12), said("days", 14)]).toEqual(["۱۲ ماه", "۱۴ روز"]);
});
