import { expect, test } from "vitest";
import { matching } from "./matching";

const all = [
  { title: "Report a fault", group: "You" },
  { title: "Reports", group: "Go to" },
  { title: "Start a call", group: "Desk" },
  { title: "گفت‌وگوی وب", group: "رفتن به" },
];
const titles = (typed: string): string[] => matching(all, typed).map((one) => one.title);

test("every word typed begins a word, whatever the order", () => {
  expect(titles("repo")).toEqual(["Report a fault", "Reports"]);
  expect(titles("go rep")).toEqual(["Reports"]);
  expect(titles("call start")).toEqual(["Start a call"]);
  expect(titles("port")).toEqual([]);
});

test("Persian is found however its letters were typed", () => {
  expect(titles("گفت وگوي")).toEqual(["گفت‌وگوی وب"]);
});
