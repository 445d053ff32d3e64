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

// A day as `2026-01-05`, on the clock of the branch.
export function dayCode(moment, zone) {
  return onTheClock(moment, zone).slice(0, 10);
}

// A day and time as a clock of the branch shows them: `2026-01-05T10:00`.
export function clockCode(moment, zone) {
  return onTheClock(moment, zone);
}

// The moment that a clock of the branch shows as `2026-01-05T10:00`; twice, as an hour may be lost or won between.
export function instant(local, zone) {
  const wanted = Date.parse(`${local}Z`);
  let at = wanted;
  for (let tries = 0; tries < 2; tries += 1) at = wanted - (Date.parse(`${onTheClock(at, zone)}Z`) - at);
  return new Date(at).toISOString();
}

function onTheClock(moment, zone) {
  const how = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone || undefined };
  const part = Object.fromEntries(new Intl.DateTimeFormat("en-GB", how).formatToParts(new Date(moment)).map((one) => [one.type, one.value]));
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}`;
}
