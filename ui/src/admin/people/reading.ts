/** Everybody who works here and all teams, read once for lists, forms and names. */
import { answer, hub } from "../../api/client";
import type { components } from "../../api/schema";
import { number } from "../../words/locale.svelte";
import { say } from "./words";

export type Person = components["schemas"]["PersonRow"];
export type Team = components["schemas"]["TeamRow"];

const AT_ONCE = 500;

/** All people, page by page. */
export const everybody = {
  queryKey: ["admin", "people"],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Person[]> => {
    const found: Person[] = [];
    for (let after: string | null = ""; after !== null; ) {
      const query: { limit: number; after: string } = { limit: AT_ONCE, after };
      const page: components["schemas"]["PeoplePage"] = await answer(hub.GET("/v1/people", { params: { query }, signal }));
      found.push(...page.people.filter((one) => !one.anonymised));
      after = page.after;
    }
    return found;
  },
};

export const teams = {
  queryKey: ["admin", "teams"],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Team[]> => (await answer(hub.GET("/v1/teams", { signal }))).teams,
};

/** What is said of a person, as it is read: for who has to compare. */
export function readAs(groups: readonly Team[]): readonly (readonly [string, (one: Person) => string])[] {
  const team = (id: string): string => groups.find((one) => one.team_id === id)?.name ?? id;
  const skills = (one: Person): string => Object.entries(one.agent.skills ?? {}).map(([name, level]) => `${name} ${number(level)}`).join(", ");
  return [
    [say("name"), (one) => one.name],
    [say("login"), (one) => one.login],
    [say("teams"), (one) => one.teams.map(team).join(", ")],
    [say("agent"), (one) => one.agent_id],
    [say("skills"), skills],
    [say("languages"), (one) => (one.agent.languages ?? []).join(", ")],
    [say("capacity"), (one) => number(one.agent.capacity ?? 0)],
    [say("issuer"), (one) => one.issuer],
    [say("subject"), (one) => one.subject],
  ];
}
