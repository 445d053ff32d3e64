/** The steward's lists as they are read, page by page. */
import { answer, hub } from "../../api/client";
import type { components } from "../../api/schema";
import { live } from "../../live/live.svelte";
import { type Known, type List, type Pair, pairOf, pairsOf, type Row } from "./pairs";

export type Page = { pairs: Pair[]; rows: Row[]; who: Record<string, Known>; customers: number; after: string };

const AT_ONCE = 50;

/** A page of one list, from where the page before ended. */
export async function pageOf(list: List, after: string, signal: AbortSignal): Promise<Page> {
  if (list !== "conflicts") return toPage(await answer(hub.GET("/v1/customers/duplicates", { params: { query: { what: list, after, limit: AT_ONCE } }, signal })));
  const found = await answer(hub.GET("/v1/customers/conflicts", { params: { query: { limit: AT_ONCE, after: Number(after) || 0 } }, signal }));
  return { pairs: found.conflicts.map(pairOf), rows: [], who: found.who, customers: 0, after: String(found.after ?? "") };
}

function toPage(found: components["schemas"]["Duplicates"]): Page {
  return { pairs: found.duplicates.flatMap(pairsOf), rows: found.duplicates, who: found.who, customers: found.customers, after: found.after ?? "" };
}

/** Look through all customers again; refused (503) as long as that takes. */
export async function searchAnew(): Promise<void> {
  await hub.GET("/v1/customers/duplicates", { params: { query: { fresh: true, limit: 1 } } });
}

/** What is known of a customer, where no list tells it. */
export async function knownOf(id: string, signal: AbortSignal): Promise<Known> {
  const found = await answer(hub.GET("/v1/customers/{customer_id}", { params: { path: { customer_id: id } }, signal }));
  return { name: found.name, birth_date: "", address: "", identifiers: found.identifiers };
}

const LINKS = ["CustomersLinked", "CustomersUnlinked", "CannotLinkStated", "CannotLinkLifted", "LinkBlocked", "IdentifierShared", "IdentifierUnshared"];
const GATHER_MS = 250;

/** Call `changed` soon after anybody's decision, or a rule's, until what is handed back is called. */
export function watchLinks(changed: () => void): () => void {
  let timer = 0;
  const unfollow = live.follow("steward", "*");
  const unheard = live.on((happening) => {
    if (!LINKS.includes(happening.type)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, GATHER_MS) as unknown as number;
  });
  return () => {
    clearTimeout(timer);
    unheard();
    unfollow();
  };
}
