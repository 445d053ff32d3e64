import { afterEach, expect, test } from "vitest";
import { day, digits, duration, latin, locale, number, otherDay, weekdays } from "./locale.svelte";
import { words } from "./words";

afterEach(() => {
  locale.language = "en";
});

const say = words({
  en: { calls: "{n|One call|{n} calls} of {who}" },
  fa: { calls: "{n} تماس تلفنی از {who}" },
});

test("a text chooses by number and isolates what it is given", () => {
  expect(say("calls", { n: 1, who: "Mina" })).toBe("One call of \u2068Mina\u2069");
  expect(say("calls", { n: 1200, who: "Mina" })).toBe("1,200 calls of \u2068Mina\u2069");
  locale.language = "fa";
  expect(say("calls", { n: 12, who: "Mina" })).toBe("۱۲ تماس تلفنی از \u2068Mina\u2069");
});

test("numbers, durations and days are written as they are read", () => {
  locale.place = { ...locale.place, timeZone: "Asia/Tehran" };
  const at = "2026-11-23T02:10:00Z";
  expect(day(at)).toBe("23 November 2026");
  expect(otherDay(at)).toContain("1405");
  expect(duration(3723)).toBe("1:02:03");
  locale.language = "fa";
  expect(day(at)).toBe("۲ آذر ۱۴۰۵");
  expect(otherDay(at)).toContain("۲۰۲۶");
  expect(number(1234.5)).toBe("۱٬۲۳۴٫۵");
  expect(duration(65)).toBe("۱:۰۵");
  expect(digits("B-104")).toBe("B-۱۰۴");
});

test("what is typed in any digits is understood", () => {
  expect(latin("۰۹۱۲ ٣٤٥")).toBe("0912 345");
});

test("a week begins where the installation says", () => {
  expect(weekdays()).toEqual([6, 0, 1, 2, 3, 4, 5]);
});
