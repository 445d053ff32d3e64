import { expect, test } from "vitest";
import { takenBack } from "./why";

test("who goes away is not told that their offers went with them", () => {
  expect(["agent signed off", "agent away", "customer left", "called to another desk"].map(takenBack)).toEqual([null, null, "rescinded_left", "rescinded"]);
});

test("who was not asked behind a lock is told of it afterwards", () => {
  expect(takenBack("agent is locked")).toBe("rescinded_locked");
});
