/** Tells the hub that somebody is there, so that it locks the session when nobody is. */
import type { QueryClient } from "@tanstack/svelte-query";
import { answer, hub } from "../api/client";
import { who } from "./session.svelte";
import { type Held, talking } from "./talking";

const SIGNS = ["keydown", "pointerdown", "wheel"] as const;

/** Watch until what is handed back is called. `reads`: where the desk keeps what it read. */
export function watchIdleness(reads: QueryClient): () => void {
  const idle = who.session?.idle_seconds ?? 600;
  const every = Math.max(10, Math.min(60, idle / 4)) * 1000;
  let told = Date.now();
  const tell = (): void => {
    told = Date.now();
    hub.POST("/v1/session/alive").catch(() => (told = 0));
  };
  const touched = (): void => {
    if (Date.now() - told >= every) tell();
  };
  const listened = async (): Promise<void> => {
    if (Date.now() - told >= every / 2 && talking(await inHand(reads), who.agentId)) tell();
  };
  const timer = who.agentId && idle ? setInterval(() => void listened().catch(() => {}), every) : 0; // away: asked again
  for (const sign of SIGNS) addEventListener(sign, touched, { passive: true });
  return () => {
    clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, touched);
  };
}

/** The agent's work: as the desk on show has it, which the stream keeps fresh; else as the hub tells it. */
async function inHand(reads: QueryClient): Promise<readonly Held[]> {
  const query = reads.getQueryCache().find({ queryKey: ["mine", who.agentId] });
  const shown = query?.isActive() ? (query.state.data as { interactions: Held[] } | undefined) : undefined;
  if (shown) return shown.interactions;
  const asked = { agent_id: who.agentId, phase: "active" as const };
  return (await answer(hub.GET("/v1/interactions", { params: { query: asked } }))).interactions;
}
