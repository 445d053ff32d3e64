/** An agent's drafts at the hub: one of each kind for each piece of work. */
import { answer, hub, Refusal } from "../../api/client";
import type { Remote } from "./draft.svelte";

export type DraftKind = "reply" | "note";
const NONE = 404;

let asked: Promise<{ drafts: { interaction_id: string; kind: string }[] }> | null = null;

/** Where this agent writes something; asked once for all who want to know at the same moment. */
function places(agentId: string): NonNullable<typeof asked> {
  asked ??= answer(hub.GET("/v1/agents/{agent_id}/drafts", { params: { path: { agent_id: agentId } } })).finally(() => (asked = null));
  return asked;
}

export function draftAt(interactionId: string, kind: DraftKind, agentId: string): Remote {
  const path = { interaction_id: interactionId, kind };
  const params = { path, query: { agent_id: agentId } };
  return {
    async get() {
      try {
        const { drafts } = await places(agentId);
        if (!drafts.some((one) => one.interaction_id === interactionId && one.kind === kind)) return null;
        const { revision, text, subject, to, cc, attachments } = await answer(hub.GET("/v1/interactions/{interaction_id}/drafts/{kind}", { params }));
        return { words: { text, subject, to: to[0] ?? "", cc, attachments }, revision };
      } catch (error) {
        if (error instanceof Refusal && error.status === NONE) return null;
        throw error;
      }
    },
    async put(words, revision) {
      const body = { agent_id: agentId, ...words, to: words.to ? [words.to] : [], revision };
      return (await answer(hub.PUT("/v1/interactions/{interaction_id}/drafts/{kind}", { params: { path }, body }))).revision;
    },
    drop: () => hub.DELETE("/v1/interactions/{interaction_id}/drafts/{kind}", { params }),
  };
}
