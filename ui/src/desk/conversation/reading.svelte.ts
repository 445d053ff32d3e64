/** One interaction and what was said in it, kept fresh while they are on show. */
import { createQuery } from "@tanstack/svelte-query";
import { answer, hub } from "../../api/client";
import type { components } from "../../api/schema";

export type Story = components["schemas"]["InteractionWithTimeline"];
export type Talk = components["schemas"]["Messages"];
export type Message = Talk["messages"][number];

export function readInteraction(id: () => string) {
  return createQuery(() => ({
    queryKey: ["interaction", id()],
    queryFn: ({ signal }) => answer(hub.GET("/v1/interactions/{interaction_id}", { params: { path: { interaction_id: id() } }, signal })),
  }));
}

export function readMessages(id: () => string) {
  return createQuery(() => ({
    queryKey: ["messages", id()],
    queryFn: ({ signal }) => answer(hub.GET("/v1/interactions/{interaction_id}/messages", { params: { path: { interaction_id: id() } }, signal })),
  }));
}
