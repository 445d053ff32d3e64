/** The agent's phone in this browser, where there is one set up for them; its code is fetched only then. */
import { answer, hub, Refusal } from "../../api/client";
import type { Softphone } from "../../../softphone/softphone.js";

export type PhoneState = "off" | "away" | "ready" | "rings" | "talks";

class BrowserPhone {
  /** Whether calls reach the agent here; else at the phone on their desk. */
  known = $state(false);
  state = $state<PhoneState>("off");
  reason = $state("");
  #softphone: Softphone | null = null;

  /** Register, and stay so until what is handed back is called. Nothing is set up: nothing happens. */
  start(agentId: string, audio: HTMLAudioElement): () => void {
    let over = false;
    void this.#begin(agentId, audio, () => over);
    return () => {
      over = true;
      this.#softphone?.stop();
      this.#softphone = null;
      this.known = false;
      this.state = "off";
    };
  }

  async #begin(agentId: string, audio: HTMLAudioElement, over: () => boolean): Promise<void> {
    const credentials = () => answer(hub.GET("/v1/agents/{agent_id}/phone", { params: { path: { agent_id: agentId } }, cache: "no-store" }));
    try {
      await credentials();
    } catch (error) {
      if (error instanceof Refusal) return;
      throw error;
    }
    const { Softphone: Phone } = await import("../../../softphone/softphone.js");
    if (over()) return;
    const one = new Phone(credentials, audio);
    one.addEventListener("change", () => {
      this.state = one.state as PhoneState;
      this.reason = one.reason;
    });
    this.#softphone = one;
    this.known = true;
    void one.start();
  }

  /** Take the call that rings here; whether there was one. */
  answer(): boolean {
    if (this.state !== "rings") return false;
    this.#softphone?.answer();
    return true;
  }

  decline(): boolean {
    if (this.state !== "rings") return false;
    this.#softphone?.decline();
    return true;
  }
}

export const phone = new BrowserPhone();
