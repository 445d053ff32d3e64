import { expect, test } from "vitest";
import { apart, dayTyped, timeOfDay, timeTyped } from "./typed";

const TODAY = "2026-11-23";

test.each([
  ["1405/09/02", "2026-11-23"],
  ["۱۴۰۵/۰۹/۰۲", "2026-11-23"],
  ["١٤٠٥-٩-٢", "2026-11-23"],
  ["2/9/1405", "2026-11-23"],
  ["2026-11-23", "2026-11-23"],
  ["23.11.2026", "2026-11-23"],
  ["\u2068۱۴۰۵/۰۹/۰۲\u2069", "2026-11-23"],
  ["1403/12/30", "2025-03-20"],
  ["1360/01/31", "1981-04-20"],
])("%s is a day, in whatever digits and calendar", (typed, day) => {
  expect([dayTyped(typed, TODAY, "persian"), dayTyped(typed, TODAY, "gregory")]).toEqual([day, day]);
});

test.each(["", "tomorrow", "1404/12/30", "1405/13/01", "2026-02-30", "1405/9", "05/09/02", "1405/09/02x", "0000-01-01", "1405/00/00"])("%s is no day", (typed) => {
  expect(dayTyped(typed, TODAY, "persian")).toBe("");
});

test("without a year it is the next such day, or the last where days to come make no sense", () => {
  expect(dayTyped("09/03", TODAY, "persian")).toBe("2026-11-24");
  expect(dayTyped("09/01", TODAY, "persian")).toBe("2027-11-22");
  expect(dayTyped("09/01", TODAY, "persian", true)).toBe("2026-11-22");
  expect(dayTyped("11/22", TODAY, "gregory", true)).toBe("2026-11-22");
  expect(dayTyped("2/29", TODAY, "gregory")).toBe("");
});

test.each([
  ["14:30", 870],
  ["۱۴:۳۰", 870],
  ["1430", 870],
  ["9", 540],
  ["09.05", 545],
  ["0:00", 0],
])("%s is a time of day", (typed, minutes) => {
  expect(timeTyped(typed)).toBe(minutes);
});

test.each(["", "24:00", "12:60", "9:5", "noon", "123456"])("%s is no time of day", (typed) => {
  expect(timeTyped(typed)).toBeNull();
});

test("both may be typed at once", () => {
  expect(apart("۱۴۰۵/۰۹/۰۲ ۱۴:۳۰")).toEqual(["۱۴۰۵/۰۹/۰۲", "۱۴:۳۰"]);
  expect(apart("2026-11-23T14:30")).toEqual(["2026-11-23", "14:30"]);
  expect(apart(" 1405/09/02 ")).toEqual(["1405/09/02", ""]);
});

test("times are written with two digits each", () => {
  expect([0, 545, 1439].map(timeOfDay)).toEqual(["00:00", "09:05", "23:59"]);
});
