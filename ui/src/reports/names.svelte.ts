/** What the parts of a report are called: queues by the policy's labels, agents by name, channels and stages in words. */
import { createQuery } from "@tanstack/svelte-query";
import { answer, hub } from "../api/client";
import { readLabels } from "../board/labels.svelte";
import { named } from "../board/states";
import { say } from "./words";

/** To be called while a component begins. */
export function readNames(): { of: (by: string, value: string) => string; queues: readonly string[] } {
  const labels = readLabels();
  const agents = createQuery(() => ({ queryKey: ["agent-names"], queryFn: ({ signal }) => answer(hub.GET("/v1/agents", { params: { query: { limit: 1000 } }, signal })) }));
  const byId = $derived(new Map((agents.data?.agents ?? []).map((one) => [one.agent_id, one.name])));
  return {
    of: (by, value) => {
      if (!value) return say("unnamed");
      if (by === "queue") return labels.queue(value);
      return by === "agent" ? byId.get(value) || value : named(value);
    },
    get queues() {
      return labels.queues;
    },
  };
}
