/** An agent's drafts at the hub: one of each kind for each piece of work. */
import { answer, hub, Refusal } from "../../api/client";
import type { Remote, Words } from "./draft.svelte";

export type DraftKind = "reply" | "forward" | "note";
const NONE = 404;

let asked: Promise<{ drafts: { interaction_id: string; customer_id: string; kind: string }[] }> | null = null;

/** Where this agent writes something; asked once for all who want to know at the same moment. */
function places(agentId: string): NonNullable<typeof asked> {
  asked ??= answer(hub.GET("/v1/agents/{agent_id}/drafts", { params: { path: { agent_id: agentId } } })).finally(() => (asked = null));
  return asked;
}

type Told = { words: Words; revision: number };
type Row = Omit<Words, "to" | "contact" | "request"> & { to: string[]; revision: number; contact_id: string; request_id: string };

function told({ revision, text, subject, to, cc, attachments, mentions, contact_id, request_id }: Row): Told {
  return { words: { text, subject, to: to[0] ?? "", cc, attachments, mentions, contact: contact_id, request: request_id }, revision };
}

function saved({ contact, request, to, ...words }: Words, agentId: string, revision: number) {
  return { agent_id: agentId, ...words, to: to ? [to] : [], contact_id: contact, request_id: request, revision };
}

/** Nothing is there: no error. */
async function ifAny(asked: () => Promise<Row>): Promise<Told | null> {
  try {
    return told(await asked());
  } catch (error) {
    if (error instanceof Refusal && error.status === NONE) return null;
    throw error;
  }
}

/** What is about to be sent to a customer outside of any conversation. */
export function draftOfNew(customerId: string, agentId: string): Remote {
  const path = { customer_id: customerId };
  const params = { path, query: { agent_id: agentId } };
  return {
    async get() {
      const { drafts } = await places(agentId);
      if (!drafts.some((one) => one.customer_id === customerId && one.kind === "new")) return null;
      return ifAny(() => answer(hub.GET("/v1/customers/{customer_id}/drafts", { params })));
    },
    async put(words, revision) {
      const body = saved(words, agentId, revision);
      return (await answer(hub.PUT("/v1/customers/{customer_id}/drafts", { params: { path }, body }))).revision;
    },
    drop: () => hub.DELETE("/v1/customers/{customer_id}/drafts", { params }),
  };
}

export function draftAt(interactionId: string, kind: DraftKind, agentId: string): Remote {
  const path = { interaction_id: interactionId, kind };
  const params = { path, query: { agent_id: agentId } };
  return {
    async get() {
      const { drafts } = await places(agentId);
      if (!drafts.some((one) => one.interaction_id === interactionId && one.kind === kind)) return null;
      return ifAny(() => answer(hub.GET("/v1/interactions/{interaction_id}/drafts/{kind}", { params })));
    },
    async put(words, revision) {
      const body = saved(words, agentId, revision);
      return (await answer(hub.PUT("/v1/interactions/{interaction_id}/drafts/{kind}", { params: { path }, body }))).revision;
    },
    drop: () => hub.DELETE("/v1/interactions/{interaction_id}/drafts/{kind}", { params }),
  };
}
