/** What the wallboard's charts show, so that the table beside them can't but show the same. */
import { duration, number, percent } from "../words/locale.svelte";
import { counted, type Quarter, quarters, type Report } from "./history";
import type { Line } from "./Plot.svelte";
import type { Point } from "./trend.svelte";
import { say } from "./words";

export type Figure = Line & { told: (value: number | null) => string };

/** Each `plots` is one chart; the table has a column of each figure, a row of every `every`th time, and the `sums`. */
export type Course = { times: readonly number[]; plots: readonly (readonly Figure[])[]; every: number; sums: readonly (number | null)[] };

const count = (value: number | null): string => (value === null ? "–" : number(Math.round(value)));
const time = (value: number | null): string => (value === null ? "–" : duration(value));
const share = (value: number | null): string => (value === null ? "–" : percent(value));

/** Since midnight, by quarters of an hour. */
export function ofDay(report: Report | undefined, now: number): Course {
  const points = report ? quarters(report.rows, Date.parse(report.start), now) : [];
  const whole = report && counted(report.total, 0);
  const values = (of: keyof Quarter): (number | null)[] => points.map((one) => one[of]);
  return {
    times: points.map((one) => one.at),
    plots: [
      [
        { name: say("queued"), colour: "accent", values: values("queued"), told: count, filled: true },
        { name: say("answered"), colour: "good", values: values("answered"), told: count },
        { name: say("abandoned"), colour: "bad", values: values("abandoned"), told: count },
      ],
      [{ name: say("asa"), colour: "warn", values: values("asa"), told: time, write: duration, filled: true }],
      [{ name: say("level"), colour: "good", values: values("level"), told: share, write: (value) => percent(value), most: 1 }],
    ],
    every: 1,
    sums: whole ? [whole.queued, whole.answered, whole.abandoned, whole.asa, whole.level] : [],
  };
}

/** The last hour, every ten seconds since this page was opened; a row a minute is enough to be read. */
export function ofHour(points: readonly Point[]): Course {
  const values = (of: keyof Point): (number | null)[] => points.map((one) => one[of]);
  return {
    times: points.map((one) => one.at),
    plots: [
      [
        { name: say("in_queue"), colour: "warn", values: values("inQueue"), told: count, filled: true },
        { name: say("in_service"), colour: "accent", values: values("active"), told: count },
        { name: say("available"), colour: "good", values: values("available"), told: count },
      ],
      [{ name: say("per_minute"), colour: "accent", values: values("contacts"), told: count, filled: true }],
      [{ name: say("level"), colour: "good", values: values("level"), told: share, write: (value) => percent(value), most: 1 }],
    ],
    every: 6,
    sums: [],
  };
}
