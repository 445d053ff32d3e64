/** Reads follow events: what changed is read again, at most every half second however much happens. */
import type { QueryClient, QueryKey } from "@tanstack/svelte-query";
import { followed } from "../live/followed";
import { type Happening, live, type TopicKind } from "../live/live.svelte";

const PAUSE_MS = 500;

/** Follow this, and read `keys` anew where something happened that concerns them, until what is handed back is called. What was read may be old from then on. */
export function refreshing(client: QueryClient, kind: TopicKind, name: string, keys: readonly QueryKey[], concerns: (one: Happening) => boolean): () => void {
  let timer = 0;
  const again = (): void => {
    timer = 0;
    for (const queryKey of keys) void client.invalidateQueries({ queryKey });
  };
  const ends = [
    followed(client, kind, name, keys),
    live.on((one) => {
      if (one.type !== "board" && !timer && concerns(one)) timer = setTimeout(again, PAUSE_MS) as unknown as number;
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}
