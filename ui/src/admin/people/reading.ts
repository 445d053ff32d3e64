/** Everybody who works here and all teams, read once for lists, forms and names. */
import { answer, hub } from "../../api/client";
import type { components } from "../../api/schema";

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
