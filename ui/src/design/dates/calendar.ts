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

const wholes = new Map<string, Intl.DateTimeFormat>();

/** How far a zone's clock is ahead of UTC at a moment, in milliseconds. */
function ahead(at: number, zone: string): number {
  let format = wholes.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
    wholes.set(zone, format);
  }
  const parts = format.formatToParts(at);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - at;
}

/** The moment at which a clock there shows this day and so many minutes after midnight; of an hour that is left out, as if it were not. */
function moment(day: Day, minutes: number, zone: string): number {
  const guess = Date.parse(`${day}T00:00:00Z`) + minutes * 60_000;
  const first = guess - ahead(guess, zone);
  const second = guess - ahead(first, zone);
  return second + ahead(second, zone) === guess ? second : Math.max(first, second);
}

const written = (at: number): string => new Date(at).toISOString().replace(".000Z", "Z");

/** When this day begins there, as RFC 3339; where a clock is put forward at midnight, the first moment there is. */
export function beginning(day: Day, zone: string): string {
  return written(moment(day, 0, zone));
}

/** When it is that time of that day there, as RFC 3339; `minutes`: after midnight. */
export function momentOf(day: Day, minutes: number, zone: string): string {
  return written(moment(day, minutes, zone));
}

/** The minutes since midnight that a clock there shows. */
export function minutesIn(zone: string, at: number): number {
  return Math.floor((((at + ahead(at, zone)) % DAY_MS) + DAY_MS) % DAY_MS / 60_000);
}

/** The day that a calendar calls so, or "" where it has none. */
export function dayOf(year: number, month: number, day: number, calendar: Calendar): Day {
  if (month < 1 || month > 12 || day < 1 || day > 31) return "";
  const gregorian = calendar === "gregory" ? year : year + 621;
  if (gregorian < 1000 || gregorian > 9999) return "";
  const near = calendar === "gregory" ? `${gregorian}-${two(month)}-01` : addDays(`${gregorian}-03-21`, Math.round((month - 1) * 30.5));
  for (let off = 0; off < 40; off++) {
    for (const one of [addDays(near, off), addDays(near, -off)]) {
      const parts = partsIn(one, calendar);
      if (parts.year === year && parts.month === month && parts.day === day) return one;
    }
  }
  return "";
}

/** `1405/09/02` or `2026-11-23`: how a day is written in numbers. */
export function inNumbers(day: Day, calendar: Calendar): string {
  const { year, month, day: number } = partsIn(day, calendar);
  return [year, two(month), two(number)].join(calendar === "persian" ? "/" : "-");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
