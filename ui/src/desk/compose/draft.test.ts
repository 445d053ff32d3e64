import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../../api/client";
import { Draft, EMPTY, type Kept, type Remote } from "./draft.svelte";

/** Drafts as the hub keeps them: the last writer by revision, else refused. */
class FakeHub {
  kept: Kept | null = null;
  away = false;
  puts = 0;

  remote(): Remote {
    return {
      get: async () => this.#reached(() => this.kept),
      put: async (words, revision) =>
        this.#reached(() => {
          if (revision !== (this.kept?.revision ?? 0)) throw new Refusal(409, "urn:hub:problem:draft-changed", "written meanwhile");
          this.puts++;
          this.kept = { words, revision: revision + 1 };
          return revision + 1;
        }),
      drop: async () => this.#reached(() => (this.kept = null)),
    };
  }

  #reached<T>(what: () => T): T {
    if (this.away) throw new Refusal(0, "unreachable", "away");
    return what();
  }
}

class FakeStore {
  #all = new Map<string, string>();
  getItem = (key: string) => this.#all.get(key) ?? null;
  setItem = (key: string, value: string) => void this.#all.set(key, value);
  removeItem = (key: string) => void this.#all.delete(key);
  get size() {
    return this.#all.size;
  }
}

let hub: FakeHub;
let store: FakeStore;
let changes = 0;
const draft = (at = store) => new Draft("x", hub.remote(), () => changes++, at);

beforeEach(() => {
  vi.useFakeTimers();
  hub = new FakeHub();
  store = new FakeStore();
  changes = 0;
});
afterEach(() => vi.useRealTimers());

test("it is here at every key, and at the hub once typing stops", async () => {
  const one = draft();
  await one.open();
  for (const text of ["H", "He", "Hel"]) {
    one.write({ text });
    expect(JSON.parse(store.getItem("hub.draft.x") ?? "").words.text).toBe(text);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(hub.puts).toBe(0);
  await vi.advanceTimersByTimeAsync(400);
  expect([hub.puts, hub.kept?.words.text, one.saved, store.size]).toEqual([1, "Hel", true, 0]);
});

test("what the hub did not get is brought after a reload, and nothing older takes its place", async () => {
  const one = draft();
  await one.open();
  one.write({ text: "first" });
  await one.save();
  hub.away = true;
  one.write({ text: "second" });
  await one.save();
  expect([hub.kept?.words.text, store.size]).toEqual(["first", 1]);
  hub.away = false;
  const again = draft();
  expect(again.words.text).toBe("second");
  await again.open();
  expect([hub.kept?.words.text, again.saved]).toEqual(["second", true]);
});

test("it is tried again by itself while the hub is away", async () => {
  const one = draft();
  hub.away = true;
  one.write({ text: "kept" });
  await vi.advanceTimersByTimeAsync(1000);
  hub.away = false;
  await vi.advanceTimersByTimeAsync(4000);
  expect(hub.kept?.words.text).toBe("kept");
});

test("another machine goes on where this one stopped", async () => {
  const one = draft();
  one.write({ text: "half a sen" });
  await one.save();
  const there = draft(new FakeStore());
  await there.open();
  there.write({ text: `${there.words.text}tence` });
  await there.save();
  expect(hub.kept).toEqual({ words: { ...EMPTY, text: "half a sentence" }, revision: 2 });
});

test("of two tabs neither takes the other's words away: one is chosen", async () => {
  const [mine, theirs] = [draft(), draft(new FakeStore())];
  await mine.open();
  await theirs.open();
  theirs.write({ text: "theirs" });
  await theirs.save();
  mine.write({ text: "mine" });
  await mine.save();
  expect([mine.words.text, mine.theirs?.words.text, hub.kept?.words.text]).toEqual(["mine", "theirs", "theirs"]);
  await mine.keepMine();
  expect([hub.kept?.words.text, mine.theirs]).toEqual(["mine", null]);
  theirs.write({ text: "theirs still" });
  await theirs.save();
  theirs.takeTheirs();
  expect([theirs.words.text, theirs.saved]).toEqual(["mine", true]);
});

test("who lists drafts is told of the first word and of the last", async () => {
  const one = draft();
  for (const text of ["H", "He", "", "H"]) {
    one.write({ text });
    await one.save();
  }
  expect(changes).toBe(3);
  await one.clear();
  expect(changes).toBe(4);
});

test("who was mentioned is kept with the words, also by a page that kept none yet", async () => {
  store.setItem("hub.draft.x", JSON.stringify({ words: { text: "@Ben", subject: "", to: "", cc: [], attachments: [] }, revision: 0 }));
  const one = draft();
  one.write({ mentions: [...one.words.mentions, { agent_id: "ben", name: "Ben" }] });
  await one.save();
  const again = draft(new FakeStore());
  await again.open();
  expect(again.words.mentions).toEqual([{ agent_id: "ben", name: "Ben" }]);
});

test("what was sent is nowhere any more", async () => {
  const one = draft();
  one.write({ text: "sent" });
  await one.save();
  await one.clear();
  expect([one.words, hub.kept, store.size]).toEqual([EMPTY, null, 0]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(hub.kept).toBeNull();
});
