import { expect, test } from "vitest";
import { Combobox } from "./combobox.svelte";

function pressed(box: Combobox<string>, key: string, held: Partial<KeyboardEvent> = {}): boolean {
  let prevented = false;
  const event = { key, isComposing: false, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, preventDefault: () => (prevented = true), stopPropagation: () => {}, ...held };
  const its = box.keyed(event as unknown as KeyboardEvent);
  expect(prevented).toBe(its);
  return its;
}

const FEW = ["one", "two", "three"];

test("arrows go round, Home and End to the ends", () => {
  const box = new Combobox({ id: "b", items: () => FEW });
  const seen = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"].map((key) => (pressed(box, key), box.meant));
  expect(seen).toEqual(["two", "three", "one", "three", "one", "three"]);
  box.anew();
  expect([box.meant, box.field["aria-activedescendant"]]).toEqual(["one", "b-0"]);
});

test("Enter chooses where something may be chosen, else it is the form's", () => {
  const chosen: string[] = [];
  const box = new Combobox({ id: "b", items: () => FEW, choose: (one) => chosen.push(one) });
  pressed(box, "ArrowDown");
  expect([pressed(box, "Enter"), pressed(box, "Tab"), chosen]).toEqual([true, false, ["two"]]);
  expect(pressed(new Combobox({ id: "b", items: () => FEW }), "Enter")).toBe(false);
});

test("in a text of lines Tab chooses, Escape closes, and Home stays in the text", () => {
  const told: string[] = [];
  const box = new Combobox({ id: "b", items: () => FEW, choose: (one) => told.push(one), close: () => told.push("closed") });
  expect(["Tab", "Escape", "Home"].map((key) => pressed(box, key))).toEqual([true, true, false]);
  expect(told).toEqual(["one", "closed"]);
});

test("a list that is closed or a key that is held with another is none of its business", () => {
  const shut = new Combobox({ id: "b", items: () => FEW, open: () => false });
  expect([pressed(shut, "ArrowDown"), shut.field["aria-expanded"], shut.field["aria-activedescendant"]]).toEqual([false, false, undefined]);
  expect(pressed(new Combobox({ id: "b", items: () => FEW }), "Home", { shiftKey: true })).toBe(false);
});

test("where nothing is found nothing is meant, and what is shorter now ends earlier", () => {
  let items = FEW;
  const box = new Combobox({ id: "b", items: () => items });
  pressed(box, "End");
  items = ["one"];
  expect([box.meant, box.at]).toEqual(["one", 0]);
  items = [];
  expect([box.meant, box.at, box.field["aria-activedescendant"]]).toEqual([undefined, -1, undefined]);
  expect(pressed(box, "ArrowDown")).toBe(true);
});
