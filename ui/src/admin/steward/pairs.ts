/** What waits for a steward as pairs, whichever list they came from; and what two customers have in common. */
import type { components } from "../../api/schema";

type Schemas = components["schemas"];
export type Row = Schemas["Duplicates"]["duplicates"][number];
export type Known = Schemas["Named"];

export const LISTS = ["conflicts", "proposals", "contradictions", "agents", "clusters", "shared"] as const;
/** Those that the search for duplicates and the rules make; the other is what agents did. */
export type List = Exclude<(typeof LISTS)[number], "agents">;

/** Two streams of which somebody has to say whether they are one customer. */
export type Pair = {
  id: string;
  one: string;
  other: string;
  /** By which rule, or of which kinds the identifiers are that they share. */
  rule: string;
  /** How likely; -1 where nobody reckoned. */
  score: number;
  agreeing: readonly string[];
  against: readonly string[];
  /** Kinds of identifiers that tell the two apart. */
  contested: readonly string[];
  /** Why it waits, as the hub calls it. */
  because: string;
  at: string;
};

/** Each two in a row of duplicates of whom nobody has decided; rows that are about no pair give none. */
export function pairsOf(row: Row): Pair[] {
  if ("one" in row) return [{ ...row, id: `${row.one}|${row.other}`, contested: namedIn(row.against), because: "", at: "" }];
  if (!("reason" in row)) return [];
  const said = { rule: row.kinds.join(", "), score: -1, agreeing: ["identifier"], against: [row.reason], contested: namedIn([row.reason]), because: "", at: "" };
  return row.undecided.map(({ one, other }) => ({ ...said, id: `${one}|${other}`, one, other }));
}

export function pairOf(found: Schemas["Conflict"]): Pair {
  const { left: one, right: other, rule, because, at } = found;
  const contested = because === "conflict" ? found.between.map((member) => member.kind) : [];
  return { id: String(found.position), one, other, rule, score: -1, agreeing: [], against: [], contested, because, at };
}

export type Compared = { trait: "names" | "birth_date" | "address"; one: string; other: string; how: "agrees" | "differs" | "" };

/** Trait by trait; `agreeing`: what the search found to agree, slips of the pen aside. */
export function compared(one: Known, other: Known, agreeing: readonly string[]): Compared[] {
  return (["names", "birth_date", "address"] as const).map((trait) => {
    const field = trait === "names" ? "name" : trait;
    const [left, right] = [one[field], other[field]];
    const same = agreeing.includes(trait) || (left !== "" && folded(left) === folded(right));
    return { trait, one: left, other: right, how: same ? "agrees" : left && right ? "differs" : "" };
  });
}

const KINDS = ["national_id", "legal_id", "customer_number"];
const namedIn = (against: readonly string[]): string[] => KINDS.filter((kind) => against.some((one) => one.includes(kind)));

/** What an identifier of one says beside those of the other. */
export function beside(mine: Schemas["Identifier"], theirs: Known, contested: readonly string[]): "agrees" | "differs" | "" {
  const alike = theirs.identifiers.filter((one) => one.kind === mine.kind);
  if (alike.some((one) => one.value === mine.value)) return "agrees";
  return contested.includes(mine.kind) && alike.length ? "differs" : "";
}

const folded = (text: string): string => text.normalize("NFKC").toLocaleLowerCase().replace(/\s+/g, " ").trim();
