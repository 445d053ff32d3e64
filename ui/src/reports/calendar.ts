/** Days, weeks and months as a calendar has them: Jalali or Gregorian, whatever day the week begins on, in any time zone. */

/** `2026-11-23`: a day, named as the Gregorian calendar has it, whichever calendar shows it. */
export type Day = string;
export type Calendar = "persian" | "gregory";

const DAY_MS = 86_400_000;
const noon = (day: Day): number => Date.parse(`${day}T12:00:00Z`);
const named = (ms: number): Day => new Date(ms).toISOString().slice(0, 10);

export function addDays(day: Day, count: number): Day {
  return named(noon(day) + count * DAY_MS);
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(noon(day)).getUTCDay();
}

export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && Number.isFinite(noon(text)) && named(noon(text)) === text;
}

const formats = new Map<Calendar, Intl.DateTimeFormat>();

export function partsIn(day: Day, calendar: Calendar): { year: number; month: number; day: number } {
  let format = formats.get(calendar);
  if (!format) {
    format = new Intl.DateTimeFormat(`en-u-ca-${calendar}-nu-latn`, { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" });
    formats.set(calendar, format);
  }
  const found = Object.fromEntries(format.formatToParts(noon(day)).map((part) => [part.type, Number.parseInt(part.value, 10)]));
  return { year: found.year ?? 0, month: found.month ?? 0, day: found.day ?? 0 };
}

export function firstOfMonth(day: Day, calendar: Calendar): Day {
  return addDays(day, 1 - partsIn(day, calendar).day);
}

export function firstOfNextMonth(day: Day, calendar: Calendar): Day {
  return firstOfMonth(addDays(firstOfMonth(day, calendar), 32), calendar);
}

/** The same day of another month, or its last where it has none. */
export function addMonths(day: Day, count: number, calendar: Calendar): Day {
  const wanted = partsIn(day, calendar).day;
  let first = firstOfMonth(day, calendar);
  for (let left = Math.abs(count); left > 0; left--) first = count > 0 ? firstOfNextMonth(first, calendar) : firstOfMonth(addDays(first, -1), calendar);
  const last = addDays(firstOfNextMonth(first, calendar), -1);
  const there = addDays(first, wanted - 1);
  return there < last ? there : last;
}

export function startOfWeek(day: Day, firstDay: number): Day {
  return addDays(day, -((weekdayOf(day) - firstDay + 7) % 7));
}

/** The weeks of a month, each of seven days; null: the day is of another month. */
export function monthGrid(day: Day, calendar: Calendar, firstDay: number): (Day | null)[][] {
  const first = firstOfMonth(day, calendar);
  const end = firstOfNextMonth(day, calendar);
  const weeks: (Day | null)[][] = [];
  for (let start = startOfWeek(first, firstDay); start < end; start = addDays(start, 7)) {
    weeks.push(Array.from({ length: 7 }, (_, at) => addDays(start, at)).map((one) => (one >= first && one < end ? one : null)));
  }
  return weeks;
}

/** The day it is there at this moment. */
export function dayIn(zone: string, at: number): Day {
  const parts = new Intl.DateTimeFormat("en-CA-u-ca-gregory-nu-latn", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone }).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")}`;
}

/** When this day begins there, as RFC 3339; where a clock is put forward at midnight, the first moment there is. */
export function beginning(day: Day, zone: string): string {
  const guess = Date.parse(`${day}T00:00:00Z`);
  const offset = (at: number): number => {
    const parts = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" }).formatToParts(at);
    const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
    return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - at;
  };
  const first = guess - offset(guess);
  const second = guess - offset(first);
  const at = dayIn(zone, second) === day ? second : Math.max(first, second);
  return new Date(at).toISOString().replace(".000Z", "Z");
}
