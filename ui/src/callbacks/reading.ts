/** Calls that are promised, as they are read: of a customer, of an agent. */
import { answer, hub } from "../api/client";
import type { components } from "../api/schema";
import { customerKey } from "../customer/reading";

export type Promised = components["schemas"]["PromisedCallback"];
type Read = { queryKey: readonly string[]; queryFn: (asked: { signal: AbortSignal }) => Promise<components["schemas"]["PromisedCallbacks"]> };

/** Kept fresh with whatever else is shown of the customer. */
export const ofCustomer = (id: string): Read => ({
  queryKey: [...customerKey(id), "callbacks"],
  queryFn: ({ signal }) => answer(hub.GET("/v1/customers/{customer_id}/callbacks", { params: { path: { customer_id: id } }, signal })),
});

export const ofAgent = (id: string): Read => ({
  queryKey: ["callbacks", id],
  queryFn: ({ signal }) => answer(hub.GET("/v1/agents/{agent_id}/callbacks", { params: { path: { agent_id: id } }, signal })),
});
