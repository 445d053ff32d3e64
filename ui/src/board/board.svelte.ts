/** The wallboard as it is heard: the tables, how old they are, and the last hour of what the charts show. */
import { createContext } from "svelte";
import { type Happening, live } from "../live/live.svelte";
import { clock } from "../shell/clock.svelte";
import { type Agent, type Channel, emptyTables, type News, type Queue, take, type Totals } from "./rows";
import { Trend } from "./trend.svelte";

/** The machine's clock is only mended where it is clearly wrong: a board may be told a second after it was looked up. */
const WRONG_MS = 3000;

export class Board {
  /** When what is shown was looked up, by the hub's clock; empty: not heard of yet. */
  at = $state("");
  position = $state(0);
  totals = $state.raw<Totals | null>(null);
  readonly trend: Trend;
  #tables = emptyTables();
  #queues = $state(0);
  #agents = $state(0);
  #channels = $state(0);

  constructor(trend = new Trend()) {
    this.trend = trend;
  }

  /** Follow the hub's until what is handed back is called. */
  follow(): () => void {
    const ends = [live.follow("board", "*"), live.on((one) => this.#hear(one)), clock.watch()];
    return () => {
      for (const end of ends) end();
      this.trend.keep();
    };
  }

  take(news: News): void {
    const touched = take(this.#tables, news);
    if (touched.queues) this.#queues++;
    // All of them for the first time are the most there is to do: what was said of the queues is shown before.
    if (news.full) setTimeout(() => this.#agents++);
    else if (touched.agents) this.#agents++;
    if (touched.channels) this.#channels++;
    if (news.totals) this.totals = news.totals;
    this.at = news.at;
    this.position = news.position;
    if (this.totals) this.trend.add(Date.parse(news.at), this.totals);
  }

  get heard(): boolean {
    return this.at !== "";
  }

  get queues(): ReadonlyMap<string, Queue> {
    void this.#queues;
    return this.#tables.queues;
  }

  get agents(): ReadonlyMap<string, Agent> {
    void this.#agents;
    return this.#tables.agents;
  }

  get channels(): ReadonlyMap<string, Channel> {
    void this.#channels;
    return this.#tables.channels;
  }

  #hear(happening: Happening): void {
    if (happening.type !== "board") return;
    const news = happening.event as unknown as News;
    if (Math.abs(Date.parse(news.at) - clock.exact()) > WRONG_MS) clock.set(news.at, Date.now(), Date.now());
    this.take(news);
  }
}

export const [theBoard, setBoard] = createContext<Board>();
