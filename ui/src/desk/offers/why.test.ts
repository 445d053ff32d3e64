import { expect, test } from "vitest";
import { takenBack } from "./why";

test("who goes away is not told that their offers went with them", () => {
  expect(["agent signed off", "agent away", "customer left", "called to another desk"].map(takenBack)).toEqual([null, null, "rescinded_left", "rescinded"]);
});
