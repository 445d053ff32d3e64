import { expect, test } from "vitest";
import { TURN_MS, tiled, turned } from "./pages";

const rows = [..."abcdefg"];

test("what fits is shown at once, and stays", () => {
  expect(turned(rows, 9, 5 * TURN_MS)).toEqual({ shown: rows, page: 0, pages: 1 });
  expect(turned([], 3, TURN_MS)).toEqual({ shown: [], page: 0, pages: 1 });
});

test("each of many has its turn", () => {
  const seen = [0, 1, 2].flatMap((turn) => turned(rows, 3, turn * TURN_MS + 17).shown);
  expect(seen).toEqual(rows);
  expect(turned(rows, 3, 3 * TURN_MS).page).toBe(0);
});

test("where nothing fits there is still one", () => {
  expect(turned(rows, 0, 0).shown).toEqual(["a"]);
});

test("the fewer there are, the larger each is; none is too small to be read", () => {
  const sizes = [1, 5, 12, 30, 500].map((count) => tiled(count, 1872, 500));
  expect(sizes.map((one) => one.width)).toEqual(sizes.map((one) => one.width).toSorted((one, other) => other - one));
  expect(sizes[0]?.columns).toBe(3);
  for (const one of sizes) {
    expect(one.width).toBeGreaterThanOrEqual(240);
    expect(one.lines * one.height).toBeLessThanOrEqual(500);
  }
  expect(tiled(9, 0, 0)).toMatchObject({ lines: 1 });
});
