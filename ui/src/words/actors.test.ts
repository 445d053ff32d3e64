import { afterEach, expect, test } from "vitest";
import { actorName, byName } from "./actors";
import { locale } from "./locale.svelte";

const NAMES = { "agent:ann": "Ann Ray", "person:7f": "Mina Karimi" };
const ids = /[\u2066-\u2069]/g;
const told = (actor: string): string => actorName(actor, NAMES).replace(ids, "");

afterEach(() => (locale.language = "en"));

test("people and agents are told by name, and by their id where they have none", () => {
  expect(["agent:ann", "person:7f", "agent:ben", "person:0"].map(told)).toEqual(["Ann Ray", "Mina Karimi", "ben", "0"]);
});

test("what is nobody says what it is, in the reader's language", () => {
  const actors = ["operator:demo", "operator:cli", "adapter:sms", "policy:7e833af7", ""];
  expect(actors.map(told)).toEqual(["API key demo", "Command line", "Adapter sms", "The policy", ""]);
  locale.language = "fa";
  expect(actors.map(told)).toEqual(["کلید API با نام demo", "خط فرمان", "رابط sms", "سیاست", ""]);
});

test("everybody can be chosen, also of two who are called the same", () => {
  const both = { "agent:ann": "Ann Ray", "person:1": "Ann Ray" };
  const found = byName(["agent:ann", "person:1", "agent:ann", "operator:x"], (one) => actorName(one, both));
  expect([...found]).toEqual([["Ann Ray", "agent:ann"], ["Ann Ray (person:1)", "person:1"], ["API key x", "operator:x"]]);
});
