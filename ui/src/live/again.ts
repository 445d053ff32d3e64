/** What changes while it is read for the first time is read once more: the library would keep the older answer. */
import type { Query, QueryClient } from "@tanstack/svelte-query";

/** Watch these readings until what is handed back is called. */
export function readAgain(reads: QueryClient): () => void {
  const stale = new WeakSet<Query>();
  return reads.getQueryCache().subscribe((told) => {
    if (told.type !== "updated") return;
    const { query, action } = told;
    if (action.type === "invalidate" && query.state.data === undefined && query.state.fetchStatus !== "idle") stale.add(query);
    if (action.type === "success" && stale.delete(query)) {
      queueMicrotask(() => void reads.invalidateQueries({ queryKey: query.queryKey, exact: true }));
    }
  });
}
