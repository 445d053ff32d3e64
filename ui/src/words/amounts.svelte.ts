/** Money, and what else a number counts, as people read it: how is told by the path policy in force. */
import { isolated, type Language, locale, number } from "./locale.svelte";

export type Unit = "money" | "days" | "months" | "percent";
/** So many `shownUnits` of what is stored are one `shownAs`. */
export type Money = { currency: string; shownAs: string; shownUnits: number };

/** What policies call money that has words of its own here. */
const NAMES: Record<string, Record<Language, string>> = {
  IRR: { en: "rials", fa: "ریال" },
  rial: { en: "rials", fa: "ریال" },
  ریال: { en: "rials", fa: "ریال" },
  toman: { en: "tomans", fa: "تومان" },
  تومان: { en: "tomans", fa: "تومان" },
};
const CODE = /^[A-Z]{3}$/;

class Amounts {
  money = $state<Money>({ currency: "IRR", shownAs: "IRR", shownUnits: 1 });
  /** Of the terms of each proposition. */
  units = $state<Record<string, Record<string, Unit>>>({});
}

export const amounts = new Amounts();

/** `490,000 tomans` or `۴۹۰٬۰۰۰ تومان`, of an amount as it is stored. */
export function money(stored: number): string {
  const { shownAs, shownUnits } = amounts.money;
  const value = stored / shownUnits;
  const maximumFractionDigits = Number.isInteger(value) ? 0 : Math.ceil(Math.log10(shownUnits));
  const name = NAMES[shownAs]?.[locale.language];
  if (name) return `${number(value, { maximumFractionDigits })} ${name}`;
  if (CODE.test(shownAs)) return number(value, { style: "currency", currency: shownAs, currencyDisplay: "name", minimumFractionDigits: 0, maximumFractionDigits });
  return `${number(value, { maximumFractionDigits })} ${isolated(shownAs)}`;
}

/** A term of a proposition, with what it counts. */
export function term(proposition: string, name: string, value: number | string): string {
  if (typeof value === "string") return value;
  switch (amounts.units[proposition]?.[name]) {
    case "money":
      return money(value);
    case "days":
      return number(value, { style: "unit", unit: "day", unitDisplay: "long" });
    case "months":
      return number(value, { style: "unit", unit: "month", unitDisplay: "long" });
    case "percent":
      return number(value / 10_000, { style: "percent", maximumFractionDigits: 2 });
    default:
      return number(value);
  }
}
