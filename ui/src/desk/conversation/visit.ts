/** What a branch says of a visit beside its words: what the visitor needs, and the appointment that the ticket is for. */
import { digits, isolated, locale } from "../../words/locale.svelte";
import { say } from "../words";
import type { Talk } from "./reading.svelte";

const APPOINTMENT = /^appointment (\S+)$/;

export interface About {
  needs: string[];
  appointment: string;
  /** In words of whoever else told it. */
  rest: string;
}

/** Read off the subject of the ticket's contact, `wheelchair, appointment 471108`. */
export function aboutVisit(subject: string): About {
  const about: About = { needs: [], appointment: "", rest: "" };
  const rest: string[] = [];
  for (const part of subject.split(", ").filter(Boolean)) {
    const agreed = APPOINTMENT.exec(part)?.[1];
    const need = say.of(`need_${part}`);
    if (agreed) about.appointment = digits(agreed);
    else if (need !== `need_${part}`) about.needs.push(need);
    else rest.push(part);
  }
  return { ...about, rest: rest.join(", ") };
}

/** What was said, without the subject of the ticket's own contact: that one stands above it in words. */
export function withoutSubject<T extends Pick<Talk, "messages">>(talk: T, ticket: string): T {
  return { ...talk, messages: talk.messages.map((one) => (one.contact_id === ticket ? { ...one, subject: "" } : one)) };
}

/** What a language is called in the reader's. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames(locale.tag, { type: "language" }).of(code) ?? code;
  } catch {
    return isolated(code);
  }
}
