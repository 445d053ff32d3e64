/** How this person reads: language, direction, digits, calendar. Everything that is shown is written through here. */

export type Language = "en" | "fa";
export const LANGUAGES: readonly Language[] = ["en", "fa"];
export const NAMES: Record<Language, string> = { en: "English", fa: "فارسی" };

const KEPT = "hub.language";
const TAGS: Record<Language, string> = { en: "en-GB", fa: "fa-IR" };
const ISOLATE = String.fromCharCode(0x2068);
const POP = String.fromCharCode(0x2069);

/** What the installation says of its calendar, told by the hub once somebody has signed in. */
export type Place = { timeZone: string; firstDay: number; weekend: readonly number[] };

class Locale {
  language = $state<Language>(first());
  place = $state<Place>({ timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, firstDay: 6, weekend: [4, 5] });

  get direction(): "ltr" | "rtl" {
    return this.language === "fa" ? "rtl" : "ltr";
  }

  get tag(): string {
    return TAGS[this.language];
  }

  /** From now on in this language; the choice is kept on this machine. */
  choose(language: Language): void {
    this.language = language;
    localStorage.setItem(KEPT, language);
  }
}

export const locale = new Locale();

function first(): Language {
  if (typeof localStorage === "undefined") return "en";
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "fa") return kept;
  return navigator.language.startsWith("fa") ? "fa" : "en";
}

const made = new Map<string, unknown>();

function cached<T>(key: string, make: () => T): T {
  let one = made.get(key) as T | undefined;
  if (one === undefined) {
    one = make();
    made.set(key, one);
  }
  return one;
}

function dates(calendar: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { tag, place } = locale;
  const key = `d ${tag} ${calendar} ${place.timeZone} ${JSON.stringify(options)}`;
  return cached(key, () => new Intl.DateTimeFormat(`${tag}-u-ca-${calendar}`, { ...options, timeZone: place.timeZone }));
}

/** `1,234.5` or `۱٬۲۳۴٫۵`. */
export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = `n ${locale.tag} ${JSON.stringify(options)}`;
  return cached(key, () => new Intl.NumberFormat(locale.tag, options)).format(value);
}

/** A share between 0 and 1: `82 %` or `٪۸۲`. */
export function percent(share: number, digits = 0): string {
  return number(share, { style: "percent", maximumFractionDigits: digits });
}

/** Digits as they are read here, of what is no quantity: a ticket's number, a count in a text. */
export function digits(text: string): string {
  if (locale.language !== "fa") return text;
  return text.replace(/[0-9]/g, (digit) => String.fromCharCode(0x06f0 + Number(digit)));
}

/** Latin digits from whatever was typed: Persian, Arabic or Latin. */
export function latin(text: string): string {
  return text.replace(/[۰-۹]/g, (d) => String(d.charCodeAt(0) - 0x06f0)).replace(/[٠-٩]/g, (d) => String(d.charCodeAt(0) - 0x0660));
}

const DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "long", year: "numeric" };
const SHORT_DAY: Intl.DateTimeFormatOptions = { day: "numeric", month: "short" };
const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hour12: false };

function ownCalendar(): string {
  return locale.language === "fa" ? "persian" : "gregory";
}

/** The day in the reader's calendar: `23 November 2026` or `۲ آذر ۱۴۰۵`. `at`: ISO 8601 or a Date. */
export function day(at: string | Date): string {
  return dates(ownCalendar(), DAY).format(new Date(at));
}

/** The same day in the other calendar, in the reader's language and digits. */
export function otherDay(at: string | Date): string {
  return dates(locale.language === "fa" ? "gregory" : "persian", DAY).format(new Date(at));
}

export function shortDay(at: string | Date): string {
  return dates(ownCalendar(), SHORT_DAY).format(new Date(at));
}

/** `14:05` or `۱۴:۰۵`. */
export function time(at: string | Date): string {
  return dates(ownCalendar(), TIME).format(new Date(at));
}

/** As short as it can be without doubt: the time of today, else the day and the time. */
export function moment(at: string | Date, now: Date): string {
  const then = new Date(at);
  return day(then) === day(now) ? time(then) : `${shortDay(then)} ${time(then)}`;
}

/** `0:05`, `12:30`, `1:02:03`: minutes and seconds, hours where there are some; in a text of any direction. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number): string => String(value).padStart(2, "0");
  return digits(hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`);
}

/** Text of unknown direction within a sentence: it neither turns the sentence nor is turned by it. */
export function isolated(text: string): string {
  return ISOLATE + text + POP;
}

/** The days of a week, the first as the installation has it: numbers of JavaScript's `getDay`. */
export function weekdays(): number[] {
  return Array.from({ length: 7 }, (_, day) => (locale.place.firstDay + day) % 7);
}

/** What a weekday is called here; 0 is Sunday. */
export function weekday(number: number, width: "long" | "short" | "narrow" = "long"): string {
  const sunday = Date.UTC(2023, 0, 1, 12);
  return cached(`w ${locale.tag} ${width}`, () => new Intl.DateTimeFormat(locale.tag, { weekday: width, timeZone: "UTC" })).format(
    new Date(sunday + number * 86_400_000),
  );
}
