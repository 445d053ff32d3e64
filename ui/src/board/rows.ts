/** The wallboard's rows, and how what the hub tells each second is taken into them: in place, so that only what changed is drawn. */
import type { components } from "../api/schema";

type Schemas = components["schemas"];
export type Queue = Schemas["BoardQueue"];
export type Agent = Schemas["BoardAgent"];
export type Channel = Schemas["BoardChannel"];
export type Totals = Schemas["Live"];
export type Activity = Agent["activity"];

type Rows<Row> = readonly Row[] | Readonly<Record<string, Row>>;

/** As `event: board` brings it: whole, or only the rows that changed, by name. */
export type News = {
  full: boolean;
  position: number;
  at: string;
  queues: Rows<Queue>;
  agents: Rows<Agent>;
  gone: readonly string[];
  channels: Rows<Channel>;
  totals: Totals | null;
};

export type Tables = {
  queues: Map<string, Queue>;
  agents: Map<string, Agent>;
  channels: Map<string, Channel>;
};

/** Which tables are others than before. */
export type Touched = { queues: boolean; agents: boolean; channels: boolean };

export function emptyTables(): Tables {
  return { queues: new Map(), agents: new Map(), channels: new Map() };
}

/** Take the news into the tables. */
export function take(tables: Tables, news: News): Touched {
  if (news.full) for (const table of Object.values(tables)) table.clear();
  const touched = {
    queues: put(tables.queues, news.queues, (row) => row.name),
    agents: put(tables.agents, news.agents, (row) => row.agent_id),
    channels: put(tables.channels, news.channels, (row) => row.channel),
  };
  for (const agent of news.gone) touched.agents = tables.agents.delete(agent) || touched.agents;
  return news.full ? { queues: true, agents: true, channels: true } : touched;
}

function put<Row>(table: Map<string, Row>, rows: Rows<Row>, name: (row: Row) => string): boolean {
  const list = Array.isArray(rows) ? (rows as Row[]) : Object.values(rows as Record<string, Row>);
  for (const row of list) table.set(name(row), row);
  return list.length > 0;
}
