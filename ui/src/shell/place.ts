/** The calendar of the installation: told by the policy in force, taken over by all that shows a day. */
import type { components } from "../api/schema";
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
