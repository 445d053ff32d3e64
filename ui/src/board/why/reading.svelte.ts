/** The decisions on a piece of work, asked once for all parts of its page. */
import { createQuery } from "@tanstack/svelte-query";
import { answer, hub } from "../../api/client";

/** To be called while a component begins. */
export function readDecisions(id: () => string) {
  return createQuery(() => ({
    queryKey: ["decisions", id()],
    queryFn: ({ signal }) => answer(hub.GET("/v1/interactions/{interaction_id}/decisions", { params: { path: { interaction_id: id() } }, signal })),
    staleTime: Infinity,
  }));
}
