/** What the kinds of identifiers are called, and by which rule somebody was linked by them; a company's own kinds are shown as they are written. */
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

export function identifierKind(kind: string): string {
  return say.of(kind).replaceAll("_", " ");
}
