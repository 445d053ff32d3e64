/** The calendar of the installation: told by the policy in force, taken over by all that shows a day. */
import type { components } from "../api/schema";
import { locale } from "../words/locale.svelte";

const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** From now on days are counted as the hub says. */
export function adopt(told: components["schemas"]["LocaleTold"]): void {
  locale.place = {
    timeZone: told.time_zone,
    firstDay: DAYS.indexOf(told.first_day),
    weekend: told.weekend.map((day) => DAYS.indexOf(day)),
  };
}
