import { afterEach, expect, test } from "vitest";
import { locale } from "../../words/locale.svelte";
import { aboutVisit, languageName } from "./visit";

afterEach(() => (locale.language = "en"));

test("what a visitor needs and has agreed on is told in the reader's words", () => {
  expect(aboutVisit("wheelchair, appointment 471108")).toEqual({ needs: ["Wheelchair"], appointment: "471108", rest: "" });
  locale.language = "fa";
  expect(aboutVisit("sight, appointment 471108")).toEqual({ needs: ["بینایی"], appointment: "۴۷۱۱۰۸", rest: "" });
});

test("what nobody has words for stays as it was written", () => {
  expect(aboutVisit("a new card, soon")).toEqual({ needs: [], appointment: "", rest: "a new card, soon" });
  expect(aboutVisit("")).toEqual({ needs: [], appointment: "", rest: "" });
});

test("a language has a name, and a code that is none is shown", () => {
  expect(languageName("fa")).toBe("Persian");
  locale.language = "fa";
  expect(languageName("en")).toBe("انگلیسی");
  expect(languageName("?")).toContain("?");
});
