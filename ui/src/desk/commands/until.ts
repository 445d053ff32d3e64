/** Until when work rests: a few times one often means, by the operator's clock. */

export type Preset = { key: "park_hour" | "park_three_hours" | "park_tomorrow" | "park_week"; at: Date };

const MORNING = 9;
const MINUTE = 60_000;
const DAY = 86_400_000;

/** Midnight of the day that this moment is in, in a time zone. */
function midnight(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }).formatToParts(at);
  const part = (name: string): number => Number(parts.find((one) => one.type === name)?.value ?? 0) % (name === "hour" ? 24 : 60);
  return at - (part("hour") * 3600 + part("minute") * 60 + part("second")) * 1000 - (at % 1000);
}

/** `firstDay`: the first day of the week, 0 is Sunday; "next week" is the morning of the next one of these. */
export function presets(now: Date, timeZone: string, firstDay: number): Preset[] {
  const start = midnight(now.getTime(), timeZone);
  const name = new Intl.DateTimeFormat("en-GB", { timeZone, weekday: "short" }).format(now);
  const weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"].indexOf(name);
  const ahead = (firstDay - weekday + 7) % 7 || 7;
  return [
    { key: "park_hour", at: new Date(now.getTime() + 60 * MINUTE) },
    { key: "park_three_hours", at: new Date(now.getTime() + 180 * MINUTE) },
    { key: "park_tomorrow", at: new Date(start + DAY + MORNING * 60 * MINUTE) },
    { key: "park_week", at: new Date(start + ahead * DAY + MORNING * 60 * MINUTE) },
  ];
}
