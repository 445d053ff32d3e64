/** What a report is asked, as the address bar has it: so that a report can be kept, sent and come back to. */
import type { components } from "../api/schema";
import { addDays, type Calendar, type Day, firstOfMonth, isDay, startOfWeek } from "../design/dates/calendar";

export type By = components["schemas"]["By"];
export const GRAINS = ["15m", "1h", "1d"] as const;
export const DIMENSIONS = ["queue", "agent", "channel", "segment", "tier", "stage"] as const;
export type Grain = (typeof GRAINS)[number];
export type Dimension = (typeof DIMENSIONS)[number];

export type Asked = {
  from: Day;
  /** Included. */
  to: Day;
  grain: Grain | "";
  by: Dimension[];
  queue: string;
};

/** From an address; what is missing or wrong there is as it would be anew. */
export function askedIn(param: (name: string) => string, today: Day): Asked {
  const by = param("by").split(",");
  const from = isDay(param("from")) ? param("from") : today;
  const to = isDay(param("to")) ? param("to") : today;
  return {
    from,
    to: to < from ? from : to,
    grain: GRAINS.find((grain) => by.includes(grain)) ?? (param("by") ? "" : "1h"),
    by: DIMENSIONS.filter((one) => by.includes(one)),
    queue: param("queue"),
  };
}

export function asParams(asked: Asked): Record<string, string> {
  const by = [asked.grain, ...asked.by].filter(Boolean).join(",") || "all";
  return { from: asked.from, to: asked.to, by, queue: asked.queue };
}

export const SPANS = ["today", "yesterday", "this_week", "last_week", "this_month", "last_month"] as const;
export type Span = (typeof SPANS)[number];

/** The first and the last day of a span. */
export function spanOf(span: Span, today: Day, calendar: Calendar, firstDay: number): [Day, Day] {
  const week = startOfWeek(today, firstDay);
  const month = firstOfMonth(today, calendar);
  switch (span) {
    case "today":
      return [today, today];
    case "yesterday":
      return [addDays(today, -1), addDays(today, -1)];
    case "this_week":
      return [week, today];
    case "last_week":
      return [addDays(week, -7), addDays(week, -1)];
    case "this_month":
      return [month, today];
    case "last_month":
      return [firstOfMonth(addDays(month, -1), calendar), addDays(month, -1)];
  }
}
