/** What somebody signs on with as an agent, as it is written in a form and as the hub takes it. */
import type { components } from "../../api/schema";

type Setup = components["schemas"]["AgentSetup"];

export type Card = {
  skills: { name: string; level: number }[];
  languages: string[];
  capacity: number;
  /** What the form does not show, and must not lose. */
  kept: Pick<Setup, "attributes" | "ceilings" | "units">;
};

export function cardOf(setup: Setup = {}): Card {
  return {
    skills: Object.entries(setup.skills ?? {}).map(([name, level]) => ({ name, level })),
    languages: [...(setup.languages ?? [])],
    capacity: setup.capacity ?? 100,
    kept: { attributes: setup.attributes ?? {}, ceilings: setup.ceilings ?? {}, units: setup.units ?? {} },
  };
}

/** Skills without a name are none. */
export function told(card: Card): Setup {
  const skills = card.skills.filter((one) => one.name.trim()).map((one) => [one.name.trim(), one.level] as const);
  return { ...card.kept, skills: Object.fromEntries(skills), languages: card.languages, capacity: card.capacity };
}
