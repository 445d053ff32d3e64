/** Who sits here, as the hub knows it: signed in, locked, gone for the moment, or nobody. */
import { answer, hub, onSessionEnd, Refusal } from "../api/client";
import type { components } from "../api/schema";
import { live } from "../live/live.svelte";
import { goBack } from "./back";
import { route } from "../shell/route.svelte";
import { locale } from "../words/locale.svelte";

export type Session = components["schemas"]["Session"];

/** The other tabs of this browser have the same session: who leaves in one has left all. */
const tabs = new BroadcastChannel("hub.session");

/** What is over already need not be ended. */
function over(error: unknown): 401 {
  if (error instanceof Refusal && error.status === 401) return 401;
  throw error;
}

class Who {
  /** undefined: not known yet; null: nobody. */
  session = $state<Session | null | undefined>(undefined);
  /** Their session has ended: what they have open stays as it is until they are back, or somebody else comes. */
  over = $state(false);
  /** The password they came in with, as long as it must be changed; kept nowhere else. */
  entered = "";

  get locked(): boolean {
    return this.session?.locked ?? false;
  }

  /** They are let in: what they have open may be seen. */
  get here(): boolean {
    return !!this.session && !this.session.locked && !this.over;
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
      const session = await answer(hub.GET("/v1/session"));
      goBack();
      this.#be(session);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) this.ended(401);
      else throw error;
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    const session = await answer(hub.POST("/v1/session", { body: { login, password } }));
    this.entered = session.must_change_password ? password : "";
    this.#be(session);
    tabs.postMessage("changed");
  }

  async demo(as: "agent" | "supervisor" | "admin"): Promise<void> {
    this.#be(await answer(hub.POST("/v1/session/demo", { body: { as } })));
  }

  async signOut(): Promise<void> {
    await this.#close();
    this.#be(null);
    tabs.postMessage("changed");
  }

  /** End the session and begin another: the way back for who has nothing to unlock it with. */
  async comeAgain(): Promise<void> {
    await this.#close();
    this.ended(401);
    tabs.postMessage("changed");
  }

  async lock(): Promise<void> {
    const status = await hub.POST("/v1/session/lock").then(() => 423 as const, over);
    this.ended(status);
    tabs.postMessage("changed");
  }

  async unlock(password: string): Promise<void> {
    await hub.POST("/v1/session/unlock", { body: { password } });
    await this.find();
    tabs.postMessage("changed");
  }

  /** The hub would not hear us: nobody is signed in (401), or the session is locked (423). */
  ended(status: 401 | 423): void {
    if (!this.session || this.session.must_change_password) this.#be(null);
    else if (status === 423) this.session = { ...this.session, locked: true };
    else this.over = true;
  }

  async #close(): Promise<void> {
    await hub.DELETE("/v1/session").catch(over);
  }

  #be(session: Session | null): void {
    const another = !!this.session && !!session && this.session.person_id !== session.person_id;
    if (!session || another) live.stop();
    if (another) route.go("/", { replace: true });
    this.over = false;
    if (!session?.must_change_password) this.entered = "";
    this.session = session;
    if (session?.language === "en" || session?.language === "fa") locale.choose(session.language);
  }
}

export const who = new Who();
tabs.addEventListener("message", () => who.find().catch(() => {})); // away: the stream will say so
onSessionEnd((status) => who.ended(status));
