/** What a steward says of two customers, of a link or of an identifier, and how it is taken back. */
import { answer, hub } from "../../api/client";
import { attempt, notices } from "../../shell/notices.svelte";
import { say } from "./words";

type Joint = { link_id: string; left: { id: string }; right: { id: string } };
type Led = Promise<{ events: readonly { event: Record<string, unknown> }[] }>;

export const link = (one: string, other: string, reason: string, despite = false): Led =>
  answer(hub.POST("/v1/customers/{customer_id}/links", { params: { path: { customer_id: one } }, body: { customer_id: other, reason, despite_conflict: despite } })) as Led;
export const unlink = (one: string, linkId: string, reason: string): Led =>
  answer(hub.DELETE("/v1/customers/{customer_id}/links/{link_id}", { params: { path: { customer_id: one, link_id: linkId } }, body: { reason } })) as Led;
export const keepApart = (one: string, other: string, reason: string): Led =>
  answer(hub.POST("/v1/customers/{customer_id}/cannot-links", { params: { path: { customer_id: one } }, body: { customer_id: other, reason } })) as Led;
export const lift = (one: string, other: string, reason: string): Led =>
  answer(hub.DELETE("/v1/customers/{customer_id}/cannot-links/{other_id}", { params: { path: { customer_id: one, other_id: other } }, body: { reason } })) as Led;
export const share = (one: string, shared: boolean, reason: string): Led =>
  answer(hub.PUT("/v1/customers/{customer_id}/shared", { params: { path: { customer_id: one } }, body: { reason, shared } })) as Led;

/** Say what came of it: that it is written down, with the way back, or that somebody had said so before. */
export async function tellDone(led: Led, back: (events: Awaited<Led>["events"]) => Led): Promise<void> {
  const { events } = await led;
  if (!events.length) notices.say(say("so_already"));
  else notices.say(say("done"), "good", { title: say("take_back"), run: () => void attempt(() => back(events), say("taken_back")) });
}

/** A link that was just made is taken away as if it had never been: nobody keeps the two apart either. */
export async function unmake(events: Awaited<Led>["events"], reason: string): Promise<Awaited<Led>> {
  const [made] = events.map((one) => one.event as Joint).filter((one) => one.link_id);
  if (!made) return { events: [] };
  await unlink(made.left.id, made.link_id, reason);
  return lift(made.left.id, made.right.id, reason);
}

/** A link that was just taken away, which keeps the two apart, is made again. */
export async function rejoin(one: string, other: string, reason: string): Promise<Awaited<Led>> {
  await lift(one, other, reason);
  return link(one, other, reason, true);
}
