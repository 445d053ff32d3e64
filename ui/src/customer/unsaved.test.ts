import { expect, test } from "vitest";
import { Unsaved } from "./unsaved";

function store() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("what was typed is found again by who typed it, at that customer, and nowhere else", () => {
  const there = store();
  new Unsaved("ann", "one", there).keep({ city: "Tehran" });
  expect(new Unsaved("ann", "one", there).read()).toEqual({ city: "Tehran" });
  expect([new Unsaved("ann", "two", there).read(), new Unsaved("bob", "one", there).read()]).toEqual([{}, {}]);
});

test("nothing is left of what was saved or given up", () => {
  const there = store();
  const unsaved = new Unsaved("ann", "one", there);
  unsaved.keep({ city: "Tehran" });
  unsaved.keep({});
  expect([unsaved.read(), there.kept.size]).toEqual([{}, 0]);
});
