import { expect, test } from "vitest";
import { bare, copiesOf, entriesOf, wrongOf } from "./addresses";

test("addresses in a row are told apart, whatever stands between them", () => {
  expect(entriesOf("a@x.example, b@x.example;c@x.example d@x.example،e@x.example,")).toEqual(["a", "b", "c", "d", "e"].map((one) => `${one}@x.example`));
  expect(entriesOf('Ali Rezaei <ali@x.example>, "Rezaei, Reza" <reza@x.example>')).toEqual(["Ali Rezaei <ali@x.example>", '"Rezaei, Reza" <reza@x.example>']);
});

test("a name with its address is one address, a name without is none", () => {
  expect(bare("Ali Rezaei <ali@x.example>")).toBe("ali@x.example");
  expect(bare('"Rezaei, Reza" <reza@x.example>')).toBe("reza@x.example");
  for (const one of ["Ali", "Ali Rezaei ali@x.example", "<ali@x.example", "ali@x", "a@b@x.example", "Ali <>", ""]) expect(bare(one)).toBe("");
  expect(wrongOf(entriesOf("Rezaei, Ali <ali@x.example>"))).toBe("Rezaei");
  expect(wrongOf(entriesOf("ali@x.example"))).toBeUndefined();
});

test("what was typed as a copy stays when another mail is answered; what came with the mail before goes", () => {
  expect(copiesOf(["typed@x.example"], [], [])).toEqual(["typed@x.example"]);
  expect(copiesOf(["Boss <Boss@x.example>", "typed@x.example"], ["boss@x.example"], ["typed@x.example", "new@x.example"])).toEqual(["typed@x.example", "new@x.example"]);
});
