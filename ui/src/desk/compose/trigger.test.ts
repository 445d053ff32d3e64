import { expect, test } from "vitest";
import { put, triggerAt } from "./trigger";

test("a sign begins a search at the start of a word alone", () => {
  expect(triggerAt("/", 1, "/")).toEqual({ sign: "/", query: "", start: 0, end: 1 });
  expect(triggerAt("Hello /gre", 10, "/")).toEqual({ sign: "/", query: "gre", start: 6, end: 10 });
  expect(triggerAt("سلام @مینا", 10, "@")?.query).toBe("مینا");
  expect(triggerAt("and/or", 6, "/")).toBeNull();
  expect(triggerAt("see /etc/hosts", 14, "/")).toBeNull();
  expect(triggerAt("mail a@b", 8, "@")).toBeNull();
  expect(triggerAt("/gre et", 7, "/")).toBeNull();
});

test("what is found takes the place of what was typed, and nothing else", () => {
  const trigger = triggerAt("Dear /gre, bye", 9, "/");
  expect(trigger && put("Dear /gre, bye", trigger, "Hello Mina")).toEqual({ text: "Dear Hello Mina, bye", caret: 15 });
});
