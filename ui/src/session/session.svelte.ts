/** Who sits here, as the hub knows it: signed in, locked, or nobody. */
import { answer, hub, onSessionEnd, Refusal } from "../api/client";
import type { components } from "../api/schema";
import { live } from "../live/live.svelte";
import { locale } from "../words/locale.svelte";

export type Session = components["schemas"]["Session"];

class Who {
  /** undefined: not known yet; null: nobody. */
  session = $state<Session | null | undefined>(undefined);

  get locked(): boolean {
    return this.session?.locked ?? false;
  }

  /** Whom the person acts for when they handle work; empty for who is no agent. */
  get agentId(): string {
    return this.session?.agent_id ?? "";
  }

  get supervises(): boolean {
    return this.session?.role === "supervisor" || this.session?.role === "admin";
  }

  get administers(): boolean {
    return this.session?.role === "admin";
  }

  /** Ask the hub. Nobody signed in is no error. */
  async find(): Promise<void> {
    try {
      this.#be(await answer(hub.GET("/v1/session")));
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.#be(null);
      else throw error;
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    this.#be(await answer(hub.POST("/v1/session", { body: { login, password } })));
  }

  async demo(as: "agent" | "supervisor" | "admin"): Promise<void> {
    this.#be(await answer(hub.POST("/v1/session/demo", { body: { as } })));
  }

  async signOut(): Promise<void> {
    await hub.DELETE("/v1/session");
    this.#be(null);
  }

  async lock(): Promise<void> {
    await hub.POST("/v1/session/lock");
    this.ended(423);
  }

  async unlock(password: string): Promise<void> {
    await hub.POST("/v1/session/unlock", { body: { password } });
    await this.find();
  }

  /** The hub would not hear us: nobody is signed in (401), or the session is locked (423). */
  ended(status: 401 | 423): void {
    if (status === 423 && this.session) this.session = { ...this.session, locked: true };
    else this.#be(null);
  }

  #be(session: Session | null): void {
    if (!session) live.stop();
    this.session = session;
    if (session?.language === "en" || session?.language === "fa") locale.choose(session.language);
  }
}

export const who = new Who();
onSessionEnd((status) => who.ended(status));
