/** What an agent writes in one piece of work, an answer and a note beside it, and how it is sent: once, however often it is tried. */
import { hub, requestId } from "../../api/client";
import { attempt } from "../../shell/notices.svelte";
import type { Channel } from "../work.svelte";
import { Draft, isEmpty } from "./draft.svelte";
import { type DraftKind, draftAt } from "./remote";
import type { Reply } from "./reply";
import { Typing } from "./typing";
import { upload } from "./upload";

/** Of the conversation, as it is now: whether answers may be written, and what an answer by mail is to. */
export type Place = { readonly id: string; readonly me: string; readonly channel: Channel; readonly answers: boolean; readonly reply: Reply | null };

export class Writing {
  /** What the agent would rather write. */
  wants = $state<DraftKind>("reply");
  busy = $state(false);
  uploads = $state(0);
  readonly drafts: Record<DraftKind, Draft>;
  readonly kind = $derived.by<DraftKind>(() => (this.#place.answers ? this.wants : "note"));
  readonly note = $derived.by(() => this.kind === "note");
  readonly draft = $derived.by(() => this.drafts[this.kind]);
  readonly words = $derived.by(() => this.draft.words);
  readonly mail = $derived.by(() => this.#place.channel === "email" && !this.note);
  readonly forward = $derived.by(() => this.mail && !!this.#place.reply?.forward);
  readonly ready = $derived.by(
    () => !this.busy && !this.uploads && (this.forward ? !!this.words.to.trim() : !!this.words.text.trim() || (!this.note && this.words.attachments.length > 0)),
  );
  readonly unsent = $derived.by(() => !isEmpty(this.drafts.reply.words));
  #place: Place;
  #typing: Typing;
  /** What a repeat is told by: another text is another message. */
  #tried = { said: "", request: requestId() };

  /** `changed`: a draft came to be, or is gone. */
  constructor(place: Place, changed: () => void) {
    this.#place = place;
    const { id, me } = place;
    this.drafts = { reply: new Draft(`${me}.${id}.reply`, draftAt(id, "reply", me), changed), note: new Draft(`${me}.${id}.note`, draftAt(id, "note", me), changed) };
    const params = { path: { interaction_id: id } };
    this.#typing = new Typing((typing) => hub.POST("/v1/interactions/{interaction_id}/typing", { params, body: { agent_id: me, typing } }).catch(() => {}));
  }

  /** Begin with what was written before; what is handed back keeps it and ends. */
  open(): () => void {
    void this.drafts.reply.open();
    void this.drafts.note.open();
    return () => {
      this.drafts.reply.stop();
      this.drafts.note.stop();
      this.#typing.stop();
    };
  }

  typed(text: string): void {
    this.draft.write({ text });
    if (!this.note && this.#place.channel === "web") this.#typing.typed();
  }

  /** They write no more for now. */
  left(): void {
    void this.draft.save();
    this.#typing.stop();
  }

  mention(agentId: string, name: string): void {
    const { mentions } = this.drafts.note.words;
    if (!mentions.some((one) => one.agent_id === agentId)) this.drafts.note.write({ mentions: [...mentions, { agent_id: agentId, name }] });
  }

  async attach(files: readonly File[]): Promise<void> {
    this.uploads += files.length;
    const { reply } = this.drafts;
    for (const file of files) {
      await attempt(async () => {
        const one = await upload(file);
        reply.write({ attachments: [...reply.words.attachments, one] });
      });
      this.uploads--;
    }
  }

  /** Whether it is on its way; else it was said why not. */
  async send(): Promise<boolean> {
    if (!this.ready) return false;
    this.busy = true;
    this.#typing.stop();
    const sent = this.draft;
    const request = this.#request(JSON.stringify([this.kind, this.words, this.#place.reply]));
    const done = await attempt(() => (this.note ? this.#note(request) : this.#answer(request)));
    this.busy = false;
    if (!done) return false;
    await sent.clear();
    this.#tried = { said: "", request: requestId() };
    return true;
  }

  #note(request: string): Promise<unknown> {
    const { text, mentions } = this.words;
    const named = mentions.filter((one) => text.includes(`@${one.name}`)).map((one) => one.agent_id);
    const params = { path: { interaction_id: this.#place.id } };
    return hub.POST("/v1/interactions/{interaction_id}/notes", { params, body: { agent_id: this.#place.me, text, request_id: request, mentions: named } });
  }

  #answer(request: string): Promise<unknown> {
    const { text, attachments, subject, cc, to } = this.words;
    const { id, me, reply } = this.#place;
    const more = this.mail ? { subject, cc: this.forward ? [] : cc } : {};
    const on = this.forward && reply ? { forward: { to: to.trim(), contact_id: reply.contact } } : {};
    const params = { path: { interaction_id: id } };
    return hub.POST("/v1/interactions/{interaction_id}/messages", { params, body: { agent_id: me, text, request_id: request, attachments, ...more, ...on } });
  }

  #request(said: string): string {
    if (this.#tried.said !== said) this.#tried = { said, request: this.#tried.said ? requestId() : this.#tried.request };
    return this.#tried.request;
  }
}
