import { expect, test } from "vitest";
import { differences } from "./meanwhile";

test("only what reads otherwise now is told", () => {
  const shown = [
    ["Name", (one: { name: string; teams: string[] }) => one.name],
    ["Teams", (one: { name: string; teams: string[] }) => one.teams.join(", ")],
  ] as const;
  const before = { name: "Ann", teams: ["cards"] };
  expect(differences(before, { name: "Ann", teams: ["cards", "loans"] }, shown)).toEqual([{ title: "Teams", before: "cards", after: "cards, loans" }]);
  expect(differences(before, { ...before, teams: ["cards"] }, shown)).toEqual([]);
});
