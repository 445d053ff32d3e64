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
          const refusal = this.refusal();
          if (refusal) throw refusal;
          if (revision !== (this.kept?.revision ?? 0)) throw new Refusal(409, "urn:hub:problem:draft-changed", "written meanwhile");
          this.puts++;
          this.kept = { words, revision: revision + 1 };
          return revision + 1;
        }),
      drop: async () => this.#reached(() => (this.kept = null)),
    };
  }

  /** Why nothing is kept. */
  refusal(): Refusal | null {
    return null;
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
  expect(hub.kept).toEqual({ words: { ...EMPTY, text: "half a sentence", request: there.words.request }, revision: 2 });
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

test("what is thrown away is nowhere any more, also where the hub is away just then", async () => {
  const one = draft();
  one.write({ text: "not wanted" });
  await one.save();
  hub.away = true;
  await one.clear();
  expect([one.words.text, hub.kept?.words.text]).toEqual(["", "not wanted"]);
  expect(draft().words.text).toBe("");
  hub.away = false;
  await vi.advanceTimersByTimeAsync(4000);
  expect([hub.kept, store.size, one.saved]).toEqual([null, 0, true]);
});

test("what is sent leaves the box at once, under the name that the hub knows its draft by", async () => {
  const one = draft();
  one.write({ text: "sent" });
  await one.save();
  const taken = one.take();
  expect([one.words, store.size, taken.request]).toEqual([EMPTY, 0, hub.kept?.words.request]);
  one.write({ text: "the next" });
  await one.known(taken);
  hub.kept = null; // it was sent, and the hub ended it
  one.sent(taken);
  await one.save();
  expect([one.words.text, hub.kept]).toEqual(["the next", { words: { ...EMPTY, text: "the next", request: one.words.request }, revision: 1 }]);
  expect(one.words.request).not.toBe(taken.request);
});

test("words that were changed after a reload and sent at once are known to the hub by their new name first", async () => {
  const one = draft();
  one.write({ text: "half" });
  await one.save();
  const again = draft();
  await again.open();
  expect(again.words.request).toBe(one.words.request);
  again.write({ text: "whole" });
  const taken = again.take();
  await again.known(taken);
  expect([hub.kept?.words.text, hub.kept?.words.request]).toEqual(["whole", taken.request]);
  expect(taken.request).not.toBe(one.words.request);
});

test("the same words keep their name over a reload, so that sending them again is no second message", async () => {
  const one = draft();
  one.write({ text: "sent?" });
  const { request } = one.take();
  one.back({ ...EMPTY, text: "sent?", request }, false);
  const again = draft();
  await again.open();
  expect(again.take().request).toBe(request);
});

test("why the hub does not keep a draft is told", async () => {
  const one = draft();
  vi.spyOn(hub, "refusal").mockReturnValue(new Refusal(409, "urn:hub:problem:refused", "this interaction is over"));
  one.write({ text: "too late" });
  await one.save();
  expect([one.refused?.message, one.saved, one.words.text]).toEqual(["this interaction is over", false, "too late"]);
});
