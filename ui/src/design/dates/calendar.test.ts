import { expect, test } from "vitest";
import { addDays, addMonths, beginning, dayIn, dayOf, firstOfMonth, firstOfNextMonth, inNumbers, isDay, minutesIn, momentOf, monthGrid, partsIn, startOfWeek, weekdayOf } from "./calendar";

test.each([
  ["2026-11-23", { year: 1405, month: 9, day: 2 }],
  ["2026-03-21", { year: 1405, month: 1, day: 1 }],
  ["2025-03-20", { year: 1403, month: 12, day: 30 }], // a leap year
  ["2026-03-20", { year: 1404, month: 12, day: 29 }],
])("%s is that day of the Jalali calendar", (day, parts) => {
  expect(partsIn(day, "persian")).toEqual(parts);
});

test("months begin where their calendar has it", () => {
  expect([firstOfMonth("2026-11-23", "persian"), firstOfNextMonth("2026-11-23", "persian")]).toEqual(["2026-11-22", "2026-12-22"]);
  expect([firstOfMonth("2026-11-23", "gregory"), firstOfNextMonth("2026-12-31", "gregory")]).toEqual(["2026-11-01", "2027-01-01"]);
});

test("a month on, a month back, and its last day where it is shorter", () => {
  expect(addMonths("2026-01-31", 1, "gregory")).toBe("2026-02-28");
  expect(addMonths("2026-01-31", -2, "gregory")).toBe("2025-11-30");
  expect(partsIn(addMonths("2026-09-22", 1, "persian"), "persian")).toEqual({ year: 1405, month: 7, day: 30 });
});

test("a grid holds each day of the month once, in weeks that begin on Saturday", () => {
  for (let day = "2024-01-01"; day < "2027-01-01"; day = addDays(day, 17)) {
    for (const calendar of ["persian", "gregory"] as const) {
      const weeks = monthGrid(day, calendar, 6);
      const days = weeks.flat().filter((one) => one !== null);
      expect(days[0]).toBe(firstOfMonth(day, calendar));
      expect(addDays(days.at(-1) ?? "", 1)).toBe(firstOfNextMonth(day, calendar));
      expect(new Set(days).size).toBe(days.length);
      for (const week of weeks) week.forEach((one, at) => one && expect(weekdayOf(one)).toBe((6 + at) % 7));
    }
  }
});

test("a week begins where the installation says", () => {
  expect([startOfWeek("2026-11-23", 6), startOfWeek("2026-11-21", 6), startOfWeek("2026-11-23", 1)]).toEqual(["2026-11-21", "2026-11-21", "2026-11-23"]);
});

test("a day begins at its own midnight, whatever the offset", () => {
  expect(beginning("2026-11-23", "Asia/Tehran")).toBe("2026-11-22T20:30:00Z");
  expect(beginning("2026-07-01", "Europe/Berlin")).toBe("2026-06-30T22:00:00Z");
  expect(beginning("2026-03-29", "Europe/Berlin")).toBe("2026-03-28T23:00:00Z");
  expect(beginning("2026-11-01", "America/New_York")).toBe("2026-11-01T04:00:00Z");
  expect(beginning("2021-03-22", "Asia/Tehran")).toBe("2021-03-21T20:30:00Z"); // 00:00 to 01:00 was left out
  expect(beginning("2026-11-23", "UTC")).toBe("2026-11-23T00:00:00Z");
});

test("which day it is depends on where", () => {
  const at = Date.parse("2026-11-22T21:00:00Z");
  expect([dayIn("Asia/Tehran", at), dayIn("UTC", at)]).toEqual(["2026-11-23", "2026-11-22"]);
});

test("what is no day is known", () => {
  expect(["2026-02-30", "x", "", "2026-2-3", "2026-02-28"].map(isDay)).toEqual([false, false, false, false, true]);
});

test("a day has one name in each calendar, and is found by it", () => {
  for (let day = "1960-01-01"; day < "2040-01-01"; day = addDays(day, 97)) {
    for (const calendar of ["persian", "gregory"] as const) {
      const parts = partsIn(day, calendar);
      expect(dayOf(parts.year, parts.month, parts.day, calendar)).toBe(day);
    }
  }
  expect([inNumbers("2026-11-23", "persian"), inNumbers("2026-11-23", "gregory")]).toEqual(["1405/09/02", "2026-11-23"]);
});

test.each([
  ["2026-11-23", 870, "Asia/Tehran", "2026-11-23T11:00:00Z"],
  ["2026-07-01", 0, "Europe/Berlin", "2026-06-30T22:00:00Z"],
  ["2026-03-29", 180, "Europe/Berlin", "2026-03-29T01:00:00Z"],
  ["2026-11-01", 720, "America/New_York", "2026-11-01T17:00:00Z"],
])("%s, %i minutes after midnight in that zone, is a moment and read back from it", (day, minutes, zone, at) => {
  expect(momentOf(day, minutes, zone)).toBe(at);
  expect([dayIn(zone, Date.parse(at)), minutesIn(zone, Date.parse(at))]).toEqual([day, minutes]);
});

test("an hour that a clock leaves out is an hour later", () => {
  expect(momentOf("2026-03-29", 150, "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
});
