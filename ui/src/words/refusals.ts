/** What the hub refuses, in the reader's language. */
import type { Refusal } from "../api/client";
import { said } from "./hub.svelte";
import { say } from "./shared";

export function worded(refused: Refusal): string {
  return refused.status ? said(refused.message) : say("unreached");
}
