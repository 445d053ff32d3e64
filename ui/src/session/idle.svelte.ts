/** Tells the hub that somebody is at the keyboard, so that it locks the session when nobody is. */
import { hub } from "../api/client";
import { who } from "./session.svelte";

const SIGNS = ["keydown", "pointerdown", "wheel"] as const;

/** Watch until what is handed back is called. */
export function watchIdleness(): () => void {
  const every = Math.max(10, Math.min(60, (who.session?.idle_seconds ?? 600) / 4)) * 1000;
  let told = Date.now();
  const touched = (): void => {
    const now = Date.now();
    if (now - told < every) return;
    told = now;
    hub.POST("/v1/session/alive").catch(() => (told = 0));
  };
  for (const sign of SIGNS) addEventListener(sign, touched, { passive: true });
  return () => {
    for (const sign of SIGNS) removeEventListener(sign, touched);
  };
}
