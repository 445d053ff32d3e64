// Writes numbers, times and ticket numbers the way a language does: Persian with its own digits and calendar.

const LOCALES = { fa: "fa-IR", en: "en-GB" };
export const RIGHT_TO_LEFT = new Set(["fa", "ar", "he", "ur", "ku", "ckb"]);

export function digits(text, language) {
  return language === "fa" ? String(text).replace(/[0-9]/g, (one) => "۰۱۲۳۴۵۶۷۸۹"[one]) : String(text);
}

// A number that begins with a sign stays as it is written, also among words from right to left.
export function apart(text, language) {
  return `\u2066${digits(text, language)}\u2069`;
}

// What was typed, with digits that programs read.
export function latin(text) {
  return String(text).replace(/[۰-۹٠-٩]/g, (one) => String(one.charCodeAt(0) & 15));
}

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (one) => String(one).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export const minutes = (seconds) => Math.max(1, Math.round(seconds / 60));

export function time(moment, language, zone) {
  return shown(moment, language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined });
}

export function day(moment, language, zone) {
  return shown(moment, language, { weekday: "long", day: "numeric", month: "long", timeZone: zone || undefined });
}

export function dayAndTime(moment, language, zone) {
  return `${day(moment, language, zone)} ${time(moment, language, zone)}`;
}

function shown(moment, language, how) {
  return new Intl.DateTimeFormat(LOCALES[language] || language, how).format(new Date(moment));
}

// A day as `2026-01-05`, where the page is.
export function dayCode(moment = new Date()) {
  return `${moment.getFullYear()}-${String(moment.getMonth() + 1).padStart(2, "0")}-${String(moment.getDate()).padStart(2, "0")}`;
}
