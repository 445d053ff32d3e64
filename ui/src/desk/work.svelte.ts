/** What an agent's desk shows: read once, and kept fresh by the stream; nothing is polled. */
import { createQuery, useQueryClient } from "@tanstack/svelte-query";
import { whom } from "../customer/whom";
import { getContext, setContext } from "svelte";
import { answer, hub, Refusal } from "../api/client";
import type { components } from "../api/schema";
import { type Happening, live } from "../live/live.svelte";
import { who } from "../session/session.svelte";
import { clock } from "../shell/clock.svelte";
import { route } from "../shell/route.svelte";
import { locale } from "../words/locale.svelte";
import { Gathering } from "./gathering";
import { asTaken, Taking } from "./offers/taking.svelte";

type Schemas = components["schemas"];
export type Work = Schemas["ListedInteraction"];
export type Offer = Schemas["Offer"];
export type Agent = Schemas["AgentInHand"];
export type Setup = Schemas["DeskTold"];
export type Channel = Schemas["Channel"];
export type DraftPlace = Schemas["DraftPlace"];

const KEY = Symbol("desk");
const NOBODY = 404;
const PROMISES = new Set(["CallbackPromised", "CallbackChanged", "CallbackCancelled", "CallbackOpened"]);

/** The clock is set by every answer that says the hub's time. */
async function timed<T extends { server_time: string }>(asked: () => Promise<T>): Promise<T> {
  const before = Date.now();
  const told = await asked();
  clock.set(told.server_time, before, Date.now());
  return told;
}

async function agentOf(me: string, signal: AbortSignal): Promise<Agent | null> {
  try {
    return await answer(hub.GET("/v1/agents/{agent_id}", { params: { path: { agent_id: me } }, signal }));
  } catch (error) {
    if (error instanceof Refusal && error.status === NOBODY) return null;
    throw error;
  }
}

/** Begin to read it; called once, above all that shows it. What may be pulled is read while the desk is on show. */
export function readDesk() {
  const me = who.agentId;
  const reads = useQueryClient();
  const query = { agent_id: me, names: true };

  const agent = createQuery(() => ({ queryKey: ["agent", me], queryFn: ({ signal }) => agentOf(me, signal) }));
  const pulls = $derived(!!agent.data && agent.data.state !== "signed_off" && route.path.startsWith("/desk"));
  const setup = createQuery(() => ({ queryKey: ["desk"], queryFn: ({ signal }) => answer(hub.GET("/v1/desk", { signal })) }));
  const offers = createQuery(() => ({
    queryKey: ["offers", me],
    queryFn: ({ signal }) => timed(() => answer(hub.GET("/v1/offers", { params: { query }, signal }))),
  }));
  const mine = createQuery(() => ({
    queryKey: ["mine", me],
    queryFn: ({ signal }) => answer(hub.GET("/v1/interactions", { params: { query: { ...query, limit: 500 } }, signal })),
  }));
  const pullable = createQuery(() => ({
    queryKey: ["pullable", me],
    queryFn: ({ signal }) =>
      timed(() => answer(hub.GET("/v1/agents/{agent_id}/pullable", { params: { path: { agent_id: me }, query: { names: true } }, signal }))),
    enabled: pulls,
  }));

  const drafts = createQuery(() => ({
    queryKey: ["drafts", me],
    queryFn: ({ signal }) => answer(hub.GET("/v1/agents/{agent_id}/drafts", { params: { path: { agent_id: me }, query: { names: true } }, signal })),
  }));

  const open = $derived(mine.data?.interactions ?? []);
  const held = $derived(open.filter((one) => one.agent_id === me && (one.phase === "active" || one.phase === "wrap_up")));
  const written = $derived(new Set((drafts.data?.drafts ?? []).map((one) => one.interaction_id)));
  const taking = new Taking<Work>();
  const desk = {
    me,
    agent,
    setup,
    offers,
    pullable,
    mine,
    taking,
    get state(): string {
      return agent.data?.state ?? "signed_off";
    },
    /** Open offers that were not over at the hub's last tick. */
    get open(): Offer[] {
      return (offers.data?.offers ?? []).filter((one) => one.expires_at === null || Date.parse(one.expires_at) > clock.now);
    },
    /** Theirs, and what they are just taking. */
    get inHand(): Work[] {
      return [...held, ...taking.rows.filter((one) => !this.holds(one.row.interaction_id)).map((one) => asTaken(one.row, one, me))];
    },
    /** Whether the hub's list has it as theirs. */
    holds(id: string): boolean {
      return held.some((one) => one.interaction_id === id);
    },
    get parked(): Work[] {
      return open.filter((one) => one.phase === "parked");
    },
    get waiting(): Work[] {
      return pullable.data?.interactions ?? [];
    },
    /** What the agent wrote and did not send where they have no work any more. */
    get unsent(): DraftPlace[] {
      return mine.data ? (drafts.data?.drafts ?? []).filter((one) => !this.row(one.interaction_id)) : [];
    },
    /** Whether they wrote something there that was not sent. */
    writes(id: string): boolean {
      return written.has(id);
    },
    /** A row of any list, while it is in one. */
    row(id: string): Work | undefined {
      return open.find((one) => one.interaction_id === id) ?? this.waiting.find((one) => one.interaction_id === id) ?? taking.of(id)?.row;
    },
    /** Whose work it is, as far as a list says. */
    nameOf(id: string): string {
      return whom(this.row(id) ?? drafts.data?.drafts.find((one) => one.interaction_id === id));
    },
    queueName(name: string): string {
      const queue = setup.data?.queues.find((one) => one.name === name);
      return queue ? labelled(queue) : name;
    },
    queue(name: string): Setup["queues"][number] | undefined {
      return setup.data?.queues.find((one) => one.name === name);
    },
    parks(channel: string): boolean {
      return setup.data?.channels.find((one) => one.channel === channel)?.parks ?? false;
    },
    /** Read anew what this is about. */
    refresh(...keys: string[][]): void {
      for (const queryKey of keys) void reads.invalidateQueries({ queryKey });
    },
  };

  $effect(() => live.follow("agent", me));
  $effect(() => clock.watch());
  // No event tells of drafts: what was written in another tab is read when this one is looked at again.
  $effect(() => {
    const seen = (): void => void (document.hidden || desk.refresh(["drafts", me]));
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  });
  $effect(() => {
    const gathering = new Gathering((keys) => desk.refresh(...keys));
    const leave = live.on((one) => gathering.add(...concerned(one, me)));
    return () => {
      leave();
      gathering.stop();
    };
  });
  // What may be pulled is in queues that no event of this agent's tells of.
  const pulled = $derived(pulls ? (setup.data?.queues.filter((one) => one.pull).map((one) => one.name) ?? []) : []);
  const followed = $derived(pulled.join("\n"));
  $effect(() => {
    const leave = followed ? followed.split("\n").map((name) => live.follow("queue", name)) : [];
    return () => {
      for (const one of leave) one();
    };
  });
  return setContext(KEY, desk);
}

export type Desk = ReturnType<typeof readDesk>;

/** The desk that this part is of. */
export function ofDesk(): Desk {
  return getContext<Desk>(KEY);
}

/** Which readings an event makes old. */
export function concerned(one: Happening, me: string): string[][] {
  if (one.type === "PolicyAdopted") return [["desk"]];
  if (one.stream.startsWith("agent-")) return [["agent", me], ["pullable", me]];
  if (PROMISES.has(one.type)) return [["callbacks", me]];
  if (!one.stream.startsWith("interaction-")) return one.type === "AgentMentioned" || one.type === "MentionRead" ? [["mentions", me]] : [];
  const written = one.type === "WrapUpCompleted" ? [["drafts", me]] : [];
  const asking = typeof one.event.consult_of === "string" && one.event.consult_of ? [["interaction", one.event.consult_of]] : [];
  return [["offers", me], ["mine", me], ["pullable", me], ["agent", me], ["interaction", one.stream], ["messages", one.stream], ...written, ...asking];
}

/** What a name of the policy is called where it is read. */
export function labelled(choice: { name: string; labels: Record<string, string> }): string {
  return choice.labels[locale.language] ?? choice.name;
}
