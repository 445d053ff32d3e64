/** What is read of a customer, and under which names it is kept until something happens with them. */
import type { QueryClient } from "@tanstack/svelte-query";
import { answer, hub } from "../api/client";
import type { components } from "../api/schema";
import { followed } from "../live/followed";
import { live } from "../live/live.svelte";

export type Customer = components["schemas"]["Customer"];

export const customerKey = (id: string): readonly string[] => ["customer", id];

/** The whole customer, by any id that ever stood for them. */
export function customerOf(id: string): { queryKey: readonly string[]; queryFn: (asked: { signal: AbortSignal }) => Promise<Customer> } {
  return {
    queryKey: [...customerKey(id), "whole"],
    queryFn: ({ signal }) => answer(hub.GET("/v1/customers/{customer_id}", { params: { path: { customer_id: id } }, signal })),
  };
}

/** Read anew whatever is shown of this customer when something happens with them, and what was shown when it is shown again. Call it in an effect. */
export function keepFresh(reads: QueryClient, id: string): () => void {
  const leave = followed(reads, "customer", id, [customerKey(id)]);
  let due = 0;
  const off = live.on((happening) => {
    if (!happening.position || !aboutCustomers(happening.stream)) return;
    clearTimeout(due);
    // What happens at once is read once.
    due = setTimeout(() => void reads.invalidateQueries({ queryKey: customerKey(id) }), 120) as unknown as number;
  });
  return () => {
    clearTimeout(due);
    off();
    leave();
  };
}

function aboutCustomers(stream: string): boolean {
  return ["customer-", "account-", "interaction-"].some((kind) => stream.startsWith(kind));
}
