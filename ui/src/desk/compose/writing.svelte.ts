/** What an agent writes in one piece of work: an answer, what goes on to somebody else, a note. Each is sent once, to whom it was written for. */
import { hub, type Refusal } from "../../api/client";
import { attempt, notices } from "../../shell/notices.svelte";
import { worded } from "../../words/refusals";
import type { Message } from "../conversation/reading.svelte";
import type { Channel } from "../work.svelte";
import { bare, copiesOf, wrongOf } from "./addresses";
import { Draft, isEmpty, type Words } from "./draft.svelte";
import { type DraftKind, draftAt } from "./remote";
import { answered, type Chosen } from "./reply";
import { type Leaving, Sending, type Shown } from "./sending.svelte";
import { Typing } from "./typing";
import { upload } from "./upload";

/** Of the conversation, as it is now: whether answers may be written, and the mails there are to answer. */
export type Place = { readonly id: string; readonly me: string; readonly channel: Channel; readonly answers: boolean; readonly mails: readonly Message[] };
const KINDS: readonly DraftKind[] = ["reply", "forward", "note"];

export class Writing {
  /** What the agent would rather write. */
  wants = $state<DraftKind>("reply");
  uploads = $state(0);
  /** They wanted to send it, and an address is none: it is said where it stands. */
  tried = $state(false);
  readonly drafts: Record<DraftKind, Draft>;
  readonly sending: Sending;
  readonly kind = $derived.by<DraftKind>(() => (this.#place.answers ? this.wants : "note"));
  readonly note = $derived.by(() => this.kind === "note");
  readonly forward = $derived.by(() => this.kind === "forward");
  readonly draft = $derived.by(() => this.drafts[this.kind]);
  readonly words = $derived.by(() => this.draft.words);
  readonly mail = $derived.by(() => this.#place.channel === "email" && !this.note);
  /** The mail that is answered, or goes on. */
  readonly about = $derived.by(() => (this.mail ? answered(this.#place.mails, this.words.contact) : undefined));
  readonly wrong = $derived.by(() => (this.mail ? wrongOf(this.forward ? [this.words.to] : this.words.cc) : undefined));
  readonly ready = $derived.by(
    () => !this.uploads && (this.forward ? !!this.words.to.trim() : !!this.words.text.trim() || (!this.note && this.words.attachments.length > 0)),
  );
  readonly unsent = $derived.by(() => !isEmpty(this.drafts.reply.words) || !isEmpty(this.drafts.forward.words) || this.sending.all.some((one) => one.kind !== "note" && one.over));
  #place: Place;
  #typing: Typing;

  /** `changed`: a draft came to be, or is gone. `sent`: the hub has something of it. */
  constructor(place: Place, changed: () => void, sent: () => void) {
    this.#place = place;
    const { id, me } = place;
    const draft = (kind: DraftKind): Draft => new Draft(`${me}.${id}.${kind}`, draftAt(id, kind, me), changed);
    this.drafts = { reply: draft("reply"), forward: draft("forward"), note: draft("note") };
    this.sending = new Sending(`${me}.${id}`, {
      post: (one) => this.#post(one),
      done: (one) => {
        this.drafts[one.kind].sent(one.words);
        sent();
      },
      back: (one, error, surely) => this.#back(one, error, surely),
      worded,
    });
    const params = { path: { interaction_id: id } };
    this.#typing = new Typing((typing) => hub.POST("/v1/interactions/{interaction_id}/typing", { params, body: { agent_id: me, typing } }).catch(() => {}));
  }

  /** Begin with what was written before; what is handed back keeps it and ends. */
  open(): () => void {
    void this.#opened();
    return () => {
      for (const kind of KINDS) this.drafts[kind].stop();
      this.sending.stop();
      this.#typing.stop();
    };
  }

  typed(text: string): void {
    const about = this.about && !this.words.contact ? { contact: this.about.contact_id } : {};
    this.draft.write({ text, ...about });
    if (!this.note && this.#place.channel === "web") this.#typing.typed();
  }

  /** They write no more for now. */
  left(): void {
    void this.draft.save();
    this.#typing.stop();
  }

  /** To the mail that was chosen. What is written for somebody else has a draft of its own. */
  choose({ message, how }: Chosen): void {
    this.wants = how === "forward" ? "forward" : "reply";
    const { words } = this.draft;
    const contact = message.contact_id;
    if (how === "forward") {
      if (words.contact !== contact) this.draft.write({ contact });
      return;
    }
    const before = this.#place.mails.find((one) => one.contact_id === words.contact);
    const cc = copiesOf(words.cc, before?.cc ?? [], how === "all" ? message.cc : []);
    if (words.contact !== contact || cc.join() !== words.cc.join()) this.draft.write({ contact, cc });
  }

  mention(agentId: string, name: string): void {
    const { mentions } = this.drafts.note.words;
    if (!mentions.some((one) => one.agent_id === agentId)) this.drafts.note.write({ mentions: [...mentions, { agent_id: agentId, name }] });
  }

  async attach(files: readonly File[]): Promise<void> {
    this.uploads += files.length;
    const draft = this.note ? this.drafts.reply : this.draft;
    for (const file of files) {
      await attempt(async () => {
        const one = await upload(file);
        draft.write({ attachments: [...draft.words.attachments, one] });
      });
      this.uploads--;
    }
  }

  /** Whether it left the box; what comes of it is said. */
  send(): boolean {
    this.tried = this.wrong !== undefined;
    if (!this.ready || this.tried) return false;
    this.#typing.stop();
    const { kind } = this;
    const contact = this.about?.contact_id ?? "";
    const words = { ...this.draft.take(), contact };
    void this.sending.add({ kind, words });
    if (kind === "forward") this.wants = "reply";
    return true;
  }

  /** What was refused is written on: before what is in the box now. */
  putBack(one: Shown): void {
    const draft = this.drafts[one.kind];
    const now = $state.snapshot(draft.words);
    this.sending.drop(one);
    draft.back(isEmpty(now) ? one.words : joined(one.words, now), true);
    this.wants = one.kind;
  }

  async #opened(): Promise<void> {
    await Promise.all(KINDS.map((kind) => this.drafts[kind].open()));
    if (this.wants === "reply" && isEmpty(this.drafts.reply.words) && !isEmpty(this.drafts.forward.words)) this.wants = "forward";
    await this.sending.run();
  }

  async #post(one: Leaving): Promise<unknown> {
    await this.drafts[one.kind].known(one.words);
    return one.kind === "note" ? this.#note(one.words) : this.#answer(one.words, one.kind === "forward");
  }

  #back(one: Leaving, error: Refusal, surely: boolean): boolean {
    const { words } = this.drafts[one.kind];
    const there = words.request === one.words.request;
    if (!there && !isEmpty(words)) return false;
    if (!there || surely) this.drafts[one.kind].back(one.words, surely);
    if (one.kind === "forward") this.wants = "forward";
    notices.refused(error);
    return true;
  }

  #note({ text, mentions, request }: Words): Promise<unknown> {
    const named = mentions.filter((one) => text.includes(`@${one.name}`)).map((one) => one.agent_id);
    const params = { path: { interaction_id: this.#place.id } };
    return hub.POST("/v1/interactions/{interaction_id}/notes", { params, body: { agent_id: this.#place.me, text, request_id: request, mentions: named } });
  }

  #answer({ text, attachments, subject, cc, to, contact, request }: Words, forward: boolean): Promise<unknown> {
    const { id, me, channel } = this.#place;
    const answer = channel === "email" && !forward ? { contact_id: contact, cc: cc.map(bare) } : {};
    const on = forward ? { forward: { to: bare(to), contact_id: contact } } : {};
    const body = { agent_id: me, text, request_id: request, attachments, ...(channel === "email" ? { subject } : {}), ...answer, ...on };
    return hub.POST("/v1/interactions/{interaction_id}/messages", { params: { path: { interaction_id: id } }, body });
  }
}

/** Both in one, where they are to go as what is in the box does. */
function joined(first: Words, then: Words): Words {
  const text = [first.text, then.text].filter(Boolean).join("\n\n");
  return { ...then, text, attachments: [...first.attachments, ...then.attachments], mentions: [...first.mentions, ...then.mentions] };
}
