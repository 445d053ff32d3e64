/** The calendar and the money of the installation: told by the policies in force, taken over by all that shows a day or an amount. */
import type { components } from "../api/schema";
import type { Money } from "../words/amounts.svelte";
import type { Place } from "../words/locale.svelte";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** How the hub says that days are counted. */
export function placeOf(told: components["schemas"]["LocaleTold"]): Place {
  return {
    timeZone: told.time_zone,
    firstDay: DAYS.indexOf(told.first_day),
    weekend: told.weekend.map((day) => DAYS.indexOf(day)),
  };
}

export function moneyOf(told: components["schemas"]["MoneyTold"]): Money {
  return { currency: told.currency, shownAs: told.shown_as, shownUnits: told.shown_units };
}
