/** What somebody typed as a day, a time of day, or both: in their own calendar or the other, in any digits. */
import { latin } from "../../words/locale.svelte";
import { type Calendar, type Day, dayOf, partsIn } from "./calendar";

/** Years of the two calendars don't meet: those before this one are of the Jalali calendar. */
const FIRST_GREGORIAN = 1700;
const DAY = /^(\d{1,4})[/.-](\d{1,2})(?:[/.-](\d{1,4}))?$/;
const TIME = /^(\d{1,2})(?:[:.]?(\d{2}))?$/;

/** "" where it names no day. Without a year it is the next such day, or, where `past`, the last; the year may stand at either end. */
export function dayTyped(text: string, today: Day, own: Calendar, past = false): Day {
  const found = DAY.exec(plain(text));
  if (!found) return "";
  const [one, two, three] = [found[1] ?? "", found[2] ?? "", found[3]];
  if (three === undefined) return one.length > 2 ? "" : nearest(Number(one), Number(two), today, own, past);
  const yearFirst = one.length === 4;
  if (!yearFirst && three.length !== 4) return "";
  const year = Number(yearFirst ? one : three);
  return dayOf(year, Number(two), Number(yearFirst ? three : one), year < FIRST_GREGORIAN ? "persian" : "gregory");
}

/** Minutes after midnight of `14:30`, `1430`, `9`; null where it is no time. */
export function timeTyped(text: string): number | null {
  const found = TIME.exec(plain(text));
  if (!found) return null;
  const [hours, minutes] = [Number(found[1]), Number(found[2] ?? 0)];
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : null;
}

/** `1405/09/02 14:30` is a day and a time; the second is "" where only one was typed. */
export function apart(text: string): [day: string, time: string] {
  const [day = "", ...rest] = text.trim().split(/[\s،,T]+/);
  return [day, rest.join("")];
}

/** `14:30`. */
export function timeOfDay(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function nearest(month: number, day: number, today: Day, own: Calendar, past: boolean): Day {
  const { year } = partsIn(today, own);
  const all = [year - 1, year, year + 1].map((one) => dayOf(one, month, day, own)).filter(Boolean);
  return (past ? all.findLast((one) => one <= today) : all.find((one) => one >= today)) ?? "";
}

/** Latin digits, without the marks of direction that come along with what is copied. */
function plain(text: string): string {
  return latin(text).replace(/[\u200e\u200f\u2066-\u2069]/g, "").trim();
}
