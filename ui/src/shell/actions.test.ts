import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { over } from "../design/over.svelte";
import { actions } from "./actions.svelte";

vi.stubGlobal("Element", class {});
vi.stubGlobal("HTMLElement", class {});
const done: string[] = [];
let leave = (): void => {};

beforeEach(() => {
  done.length = 0;
  leave = actions.offer(() => [
    { id: "end", title: "End", group: "", keys: "Alt+E", run: () => done.push("end") },
    { id: "back", title: "Back", group: "", keys: "Escape", run: () => done.push("back") },
    { id: "desk", title: "Desk", group: "", keys: "G D", run: () => done.push("desk") },
    { id: "first", title: "First", group: "", keys: "Alt+Shift+1", run: () => done.push("first") },
    { id: "keys", title: "Keys", group: "", keys: "?", run: () => done.push("keys") },
    { id: "lock", title: "Lock", group: "", keys: "Mod+Alt+L", always: true, run: () => done.push("lock") },
  ]);
});
afterEach(() => leave());

function key(code: string, more: object = {}): KeyboardEvent {
  return { key: code.replace("Key", "").toLowerCase(), code, altKey: false, ctrlKey: false, metaKey: false, target: null, ...more } as unknown as KeyboardEvent;
}

function pressed(event: KeyboardEvent, meanwhile = (): void => {}): boolean {
  actions.begin(event);
  meanwhile();
  return actions.press(event);
}

test("a key does what it stands for", () => {
  expect(pressed(key("KeyE", { altKey: true }))).toBe(true);
  pressed(key("KeyG"));
  pressed(key("KeyD"));
  expect(done).toEqual(["end", "desk"]);
});

test("a digit beside Alt and Shift is the key, whatever sign it writes, and one with Shift alone is its sign", () => {
  for (const sign of ["1", "!", "۱"]) pressed(key("Digit1", { key: sign, altKey: true, shiftKey: true }));
  pressed(key("Digit1", { key: "?", shiftKey: true }));
  expect(done).toEqual(["first", "first", "first", "keys"]);
});

test("behind an open dialog keys do nothing but lock, not even the one that closes it", () => {
  const close = over.open();
  for (const one of [key("KeyE", { altKey: true }), key("KeyG"), key("KeyD")]) expect(pressed(one)).toBe(false);
  expect(pressed(key("KeyL", { ctrlKey: true, altKey: true }))).toBe(true);
  expect(pressed(key("Escape", { key: "Escape" }), close)).toBe(false);
  expect(done).toEqual(["lock"]);
  expect(pressed(key("Escape", { key: "Escape" }))).toBe(true);
  expect(done).toEqual(["lock", "back"]);
});
