/** What the kinds of identifiers are called, and by which rule somebody was linked by them; a company's own kinds are shown as they are written. */
import { isolated } from "./locale.svelte";
import { words } from "./words";

const say = words({
  en: {
    phone: "Phone",
    email: "E-mail",
    customer_number: "Customer number",
    national_id: "National id",
    legal_id: "Legal id",
    cookie: "Chat",
    ticket: "Ticket",
    fax: "Fax",
    messenger: "Messenger",
    account_number: "Account number",
    by_hand: "A supervisor's word",
    by_agent: "An agent's word",
    declared: "A trusted system",
  },
  fa: {
    phone: "تلفن",
    email: "ایمیل",
    customer_number: "شمارهٔ مشتری",
    national_id: "کد ملی",
    legal_id: "شناسهٔ ملی",
    cookie: "گفت‌وگوی وب",
    ticket: "نوبت",
    fax: "نمابر",
    messenger: "پیام‌رسان",
    account_number: "شمارهٔ حساب",
    by_hand: "گفتهٔ سرپرست",
    by_agent: "گفتهٔ کارشناس",
    declared: "سامانهٔ معتمد",
  },
});

/** What adapters call browsers and visits: nobody reads it aloud, or types it. */
const TECHNICAL: ReadonlySet<string> = new Set(["cookie", "ticket"]);
const SHOWN = 6;

function isTechnical(kind: string): boolean {
  return TECHNICAL.has(kind);
}

/** By what a person tells one identifier from another: of a technical one the end. */
export function identifierText(kind: string, value: string): string {
  return isTechnical(kind) && value.length > SHOWN + 2 ? `…${value.slice(-SHOWN)}` : value;
}

export function identifierKind(kind: string): string {
  return say.of(kind).replaceAll("_", " ");
}

/** In one line of text: of a technical one what it is, too. */
export function identifierName(kind: string, value: string): string {
  return isTechnical(kind) ? `${identifierKind(kind)} ${isolated(identifierText(kind, value))}` : value;
}
