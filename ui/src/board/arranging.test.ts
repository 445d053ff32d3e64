import { expect, test } from "vitest";
import { arranger } from "./arranging";

type Row = { id: string; name: string; load: number };
const row = (id: string, name: string, load = 0): Row => ({ id, name, load });
const arranged = () => arranger<Row, "name" | "load">((one) => one.id, (one, by) => one[by]);

test("by name as it is read, numbers by size, either way", () => {
  const sort = arranged();
  const rows = [row("1", "line 10", 5), row("2", "Line 9", 7), row("3", "بانک", 6)];
  expect(sort(rows, { by: "name", down: false }, "en-GB").map((one) => one.id)).toEqual(["2", "1", "3"]);
  expect(sort(rows, { by: "load", down: true }, "en-GB").map((one) => one.id)).toEqual(["2", "3", "1"]);
});

test("what is equal keeps one order, whatever came before", () => {
  const sort = arranged();
  const rows = [row("b", "x"), row("a", "x"), row("c", "x")];
  expect(sort(rows, { by: "name", down: true }, "en-GB").map((one) => one.id)).toEqual(["a", "b", "c"]);
  expect(sort(rows.toReversed(), { by: "load", down: false }, "en-GB").map((one) => one.id)).toEqual(["a", "b", "c"]);
});

test("only those that are wanted", () => {
  const rows = [row("a", "x", 1), row("b", "x", 2)];
  expect(arranged()(rows, { by: "name", down: false }, "en-GB", (one) => one.load > 1)).toEqual([rows[1]]);
});

test("5,000 rows of which a few moved are looked at about once", () => {
  let compared = 0;
  const collate = () => (a: string, b: string) => {
    compared++;
    return a < b ? -1 : a > b ? 1 : 0;
  };
  const sort = arranger<Row, "name" | "load">((one) => one.id, (one, by) => one[by], collate);
  const rows = Array.from({ length: 5000 }, (_, n) => row(`${n}`, `name ${(n * 7919) % 5000}`));
  sort(rows, { by: "name", down: false }, "en-GB");
  compared = 0;
  rows[17] = row("17", "name 0000");
  sort(rows, { by: "name", down: false }, "en-GB");
  expect(compared).toBeLessThan(10_000);
});
