import { expect, test } from "vitest";
import { measuresOf, type Measure, overTime, type Row, written } from "./figures";

const row = (start: string, queue: string, offered: number | null): Row => ({ start, queue, offered }) as Row;

test("a figure is written by its unit", () => {
  expect([written(1234, "count"), written(65.4, "seconds"), written(0.825, "share"), written(4.333, "score"), written(null, "count")]).toEqual(["1,234", "1:05", "82.5%", "4.33", "–"]);
});

test("a figure the hub does not know is left out, an unknown group is none", () => {
  const all = [{ slug: "offered" }, { slug: "asa_s" }] as Measure[];
  expect(measuresOf("overview", all).map((one) => one.slug)).toEqual(["offered", "asa_s"]);
  expect(measuresOf("everything", all)).toEqual(all);
});

test("the largest parts become lines, with holes where nothing was", () => {
  const [one, two] = ["2026-01-01T10:00:00Z", "2026-01-01T11:00:00Z"];
  const drawn = overTime([row(two, "b", 9), row(one, "a", 1), row(one, "c", 5), row(two, "c", 2)], "offered", (each) => each.queue ?? "", 2);
  expect(drawn.times).toEqual([Date.parse(one), Date.parse(two)]);
  expect(drawn.lines).toEqual([
    { name: "b", values: [null, 9] },
    { name: "c", values: [5, 2] },
  ]);
});
