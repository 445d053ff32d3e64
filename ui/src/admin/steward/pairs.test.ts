import { expect, test } from "vitest";
import { beside, compared, type Known, pairsOf } from "./pairs";

const known = (about: Partial<Known>): Known => ({ name: "", birth_date: "", address: "", identifiers: [], ...about });

test("each row of duplicates is told as pairs, those about no pair as none", () => {
  const proposed = { one: "a", other: "b", rule: "names", score: 0.9, agreeing: ["names" as const], against: ["different national_id"] };
  expect(pairsOf(proposed)).toMatchObject([{ id: "a|b", score: 0.9, agreeing: ["names"], contested: ["national_id"] }]);
  const undecided = [
    { one: "a", other: "b" },
    { one: "b", other: "c" },
  ];
  const contradiction = { customers: ["a", "b", "c"], kinds: ["phone", "email"], reason: "different national_id", undecided };
  expect(pairsOf(contradiction).map((one) => [one.one, one.other, one.rule])).toEqual([["a", "b", "phone, email"], ["b", "c", "phone, email"]]);
  expect(pairsOf({ kind: "phone", stream: "", people: 4, customers: ["a", "b"] })).toEqual([]);
});

test("what agrees by the search or to the letter is marked, what is known of one alone is not", () => {
  const one = known({ name: "Mina Karimi", birth_date: "1370-01-02", address: "Tehran" });
  const other = known({ name: "مینا کریمی", birth_date: "1370-01-03" });
  expect(compared(one, other, ["names"]).map((row) => row.how)).toEqual(["agrees", "differs", ""]);
  expect(compared(one, known({ name: " mina  karimi " }), [])[0]?.how).toBe("agrees");
});

test("identifiers that tell two people apart are marked, others only where they agree", () => {
  const one = known({ identifiers: [{ kind: "phone", value: "+98912" }, { kind: "national_id", value: "1" }] });
  const other = known({ identifiers: [{ kind: "phone", value: "+98913" }, { kind: "national_id", value: "2" }] });
  expect(one.identifiers.map((id) => beside(id, other, ["national_id"]))).toEqual(["", "differs"]);
  expect(beside({ kind: "phone", value: "+98913" }, other, [])).toBe("agrees");
});
