/** What queues and wrap-up codes are called in the reader's language, as the routing policy has it. */
import { createQuery } from "@tanstack/svelte-query";
import { createContext } from "svelte";
import { answer, hub } from "../api/client";
import { labelled } from "../desk/work.svelte";

export type Labels = { queue(name: string): string; code(name: string): string; queues: readonly string[] };

/** To be called while a component begins. */
export function readLabels(): Labels {
  const asked = createQuery(() => ({ queryKey: ["desk"], queryFn: ({ signal }) => answer(hub.GET("/v1/desk", { signal })) }));
  const called = $derived(new Map((asked.data?.queues ?? []).map((one) => [one.name, labelled(one)])));
  const codes = $derived(new Map((asked.data?.queues ?? []).flatMap((one) => one.wrap_up_codes.map((code) => [code.name, labelled(code)]))));
  return {
    queue: (name) => called.get(name) ?? name,
    code: (name) => codes.get(name) ?? name,
    get queues() {
      return [...called.keys()];
    },
  };
}

export const [theLabels, setLabels] = createContext<Labels>();
