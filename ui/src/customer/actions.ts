/** What is to be said to the customer of an interaction, and what came of it: the same wherever it is asked. */
import { createQuery, useQueryClient } from "@tanstack/svelte-query";
import { answer, hub, Refusal } from "../api/client";
import type { components } from "../api/schema";
import { who } from "../session/session.svelte";
import { attempt } from "../shell/notices.svelte";
import { customerKey } from "./reading";

export type Action = components["schemas"]["NextAction"];
export type Answered = components["schemas"]["Response"];
const NOBODYS = 409;

/** `of`: the interaction and its customer, as they are now. */
export function readActions(of: () => { interactionId: string; customerId: string }) {
  const reads = useQueryClient();
  const queryKey = (): readonly string[] => [...customerKey(of().customerId), "actions", of().interactionId];
  const params = () => ({ path: { interaction_id: of().interactionId } });
  const asked = createQuery(() => ({
    queryKey: queryKey(),
    queryFn: async ({ signal }) => {
      try {
        return await answer(hub.GET("/v1/interactions/{interaction_id}/next-best-actions", { params: params(), signal }));
      } catch (error) {
        // Work that nobody has is asked about by nobody.
        if (error instanceof Refusal && error.status === NOBODYS) return null;
        throw error;
      }
    },
  }));

  /** Say what came of one; refused, it is said why. */
  async function respond(action: Action, response: Answered, deferredUntil: string): Promise<void> {
    const body = {
      agent_id: who.agentId,
      response,
      ...(action.grant_id ? { grant_id: action.grant_id } : { proposition: action.proposition }),
      ...(response === "not_presented" ? {} : { terms_hash: action.terms_hash }),
      ...(deferredUntil ? { deferred_until: deferredUntil } : {}),
    };
    await attempt(() => hub.POST("/v1/interactions/{interaction_id}/responses", { params: params(), body }));
    await reads.invalidateQueries({ queryKey: queryKey() });
  }

  return { asked, respond, refresh: (): unknown => reads.invalidateQueries({ queryKey: queryKey() }) };
}
