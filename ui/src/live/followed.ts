/** What is read is good as long as its events are heard of: from then on it may be old, and is read again where it is shown next. */
import type { QueryClient, QueryKey } from "@tanstack/svelte-query";
import { live, type TopicKind } from "./live.svelte";

/** Follow this until what is handed back is called; then `keys` count as old, and who shows them still reads them anew. */
export function followed(client: QueryClient, kind: TopicKind, name: string, keys: readonly QueryKey[]): () => void {
  const leave = live.follow(kind, name);
  return () => {
    leave();
    // Once what comes in its place stands: it may show the same.
    setTimeout(() => {
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    });
  };
}
