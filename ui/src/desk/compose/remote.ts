/** An agent's drafts at the hub: one of each kind for each piece of work. */
import { answer, hub, Refusal } from "../../api/client";
import type { Remote } from "./draft.svelte";

export type DraftKind = "reply" | "note";
const NONE = 404;

export function draftAt(interactionId: string, kind: DraftKind, agentId: string): Remote {
  const params = { path: { interaction_id: interactionId, kind }, query: { agent_id: agentId } };
  return {
    async get() {
      try {
        const { revision, text, subject, to, cc, attachments } = await answer(hub.GET("/v1/interactions/{interaction_id}/drafts/{kind}", { params }));
        return { words: { text, subject, to, cc, attachments }, revision };
      } catch (error) {
        if (error instanceof Refusal && error.status === NONE) return null;
        throw error;
      }
    },
    async put(words, revision) {
      const body = { agent_id: agentId, ...words, revision };
      return (await answer(hub.PUT("/v1/interactions/{interaction_id}/drafts/{kind}", { params, body }))).revision;
    },
    drop: () => hub.DELETE("/v1/interactions/{interaction_id}/drafts/{kind}", { params }),
  };
}
