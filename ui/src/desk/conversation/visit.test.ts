import { afterEach, expect, test } from "vitest";
import { locale } from "../../words/locale.svelte";
import type { Message } from "./reading.svelte";
import { aboutVisit, languageName, withoutSubject } from "./visit";

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

test("the ticket's own words stand without the subject that is told above them, what came later as it is", () => {
  const messages = [
    { contact_id: "visit-1", subject: "wheelchair, appointment 471108", text: "At the door" },
    { contact_id: "visit-1-said-2", subject: "Papers", text: "Here they are" },
  ] as Message[];
  const told = withoutSubject({ messages }, "visit-1").messages.map((one) => [one.subject, one.text]);
  expect(told).toEqual([["", "At the door"], ["Papers", "Here they are"]]);
});

test("a language has a name, and a code that is none is shown", () => {
  expect(languageName("fa")).toBe("Persian");
  locale.language = "fa";
  expect(languageName("en")).toBe("انگلیسی");
  expect(languageName("?")).toContain("?");
});
