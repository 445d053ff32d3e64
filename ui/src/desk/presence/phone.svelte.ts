/** The agent's phone in this browser, where there is one set up for them; its code is fetched only then. */
import { answer, hub, Refusal } from "../../api/client";
import { clock } from "../../shell/clock.svelte";
import type { Softphone } from "../../../softphone/softphone.js";

/** `elsewhere`: another tab of this browser is the phone. */
export type PhoneState = "off" | "elsewhere" | "away" | "ready" | "rings" | "talks";

const HAD = "hub.phone.talked";

class BrowserPhone {
  /** Whether calls reach the agent here; else at the phone on their desk. */
  known = $state(false);
  state = $state<PhoneState>("off");
  reason = $state("");
  /** Nobody hears what is said here. */
  muted = $state(false);
  /** When the call that runs began (ISO 8601). */
  since = $state("");
  /** The page may use no microphone: calls can't be taken. */
  deaf = $state(false);
  /** Whether the conversation on show has what a call needs to be handled. */
  shown = $state(false);
  #softphone: Softphone | null = null;
  #accepted = "";

  /** Be the phone until what is handed back is called. Nothing is set up: nothing happens. */
  start(agentId: string): () => void {
    const over = new AbortController();
    void this.#begin(agentId, over.signal);
    return () => {
      over.abort();
      this.known = false;
      this.state = "off";
    };
  }

  async #begin(agentId: string, over: AbortSignal): Promise<void> {
    const credentials = () => answer(hub.GET("/v1/agents/{agent_id}/phone", { params: { path: { agent_id: agentId } }, cache: "no-store" }));
    try {
      await credentials();
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    const { Softphone: Phone } = await import("../../../softphone/softphone.js");
    if (over.aborted) return;
    this.known = true;
    this.state = "elsewhere";
    await alone(agentId, over, () => this.#be(new Phone(credentials, Object.assign(new Audio(), { autoplay: true })), over));
  }

  async #be(one: Softphone, over: AbortSignal): Promise<void> {
    // The browser asks for leave now, and not while a customer waits for its answer.
    this.deaf = !(await hasMicrophone());
    if (over.aborted) return;
    one.addEventListener("change", () => this.#changed(one));
    this.#softphone = one;
    void one.start();
    await new Promise((end) => over.addEventListener("abort", end));
    this.#softphone = null;
    one.stop();
  }

  #changed(one: Softphone): void {
    if (this.#softphone !== one) return;
    const before = this.state;
    this.state = one.state as PhoneState;
    this.reason = one.reason;
    this.muted = one.muted;
    if (this.state === "rings" && one.interaction && this.#accepted === one.interaction) one.answer();
    if (this.state === "talks" && before !== "talks") {
      this.since = new Date(clock.exact()).toISOString();
      this.deaf = false;
      sessionStorage.setItem(HAD, "yes");
    } else if (before === "talks" && this.state !== "talks") sessionStorage.removeItem(HAD);
    // The page was loaded anew with somebody on the line.
    if (this.state === "ready" && sessionStorage.getItem(HAD)) this.back();
  }

  /** Work that its agent accepted, on this page or another: when it rings for it they have picked up. */
  accepted(interactionId: string): void {
    this.#accepted = interactionId;
    if (this.#rings(interactionId)) this.#softphone?.answer();
  }

  /** Take what rings for this work; whether it does. */
  answer(interactionId: string): boolean {
    const rings = this.#rings(interactionId);
    if (rings) this.#softphone?.answer();
    return rings;
  }

  decline(interactionId: string): boolean {
    const rings = this.#rings(interactionId);
    if (rings) this.#softphone?.decline();
    return rings;
  }

  /** Bring the call here whose line is gone, or is at another phone. */
  back(): void {
    sessionStorage.removeItem(HAD);
    this.#softphone?.back();
  }

  mute(muted: boolean): void {
    this.#softphone?.mute(muted);
  }

  hangUp(): void {
    this.#softphone?.hangUp();
  }

  #rings(interactionId: string): boolean {
    return this.state === "rings" && [interactionId, ""].includes(this.#softphone?.interaction ?? "");
  }
}

async function hasMicrophone(): Promise<boolean> {
  try {
    const heard = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of heard.getTracks()) track.stop();
    return true;
  } catch {
    return false; // none is there, or the page may not: said beside the phone's state
  }
}

/** One tab of a browser is the phone; when it is closed, the next. */
async function alone(agentId: string, over: AbortSignal, be: () => Promise<void>): Promise<void> {
  if (!navigator.locks) return be();
  await navigator.locks.request(`hub.phone.${agentId}`, { signal: over }, be).catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
}

export const phone = new BrowserPhone();
