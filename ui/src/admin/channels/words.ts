/** What is said about the adapters of channels. */
import { words } from "../../words/words";

export const say = words({
  en: {
    adapter: "Adapter",
    state: "State",
    running: "Running",
    impaired: "Impaired",
    down: "Not running",
    unused: "Not set up",
    where: "Where",
    inside: "Inside the hub",
    since: "Since",
    last_in: "Came last",
    last_out: "Left last",
    waiting: "Waits to be sent",
    rejected: "Rejected",
    never: "Nothing yet",
    since_start: "Since the hub started",
  },
  fa: {
    adapter: "رابط",
    state: "وضعیت",
    running: "فعال",
    impaired: "با اختلال",
    down: "ازکارافتاده",
    unused: "راه‌اندازی نشده",
    where: "کجا",
    inside: "درون سامانه",
    since: "از",
    last_in: "آخرین ورودی",
    last_out: "آخرین خروجی",
    waiting: "در انتظار ارسال",
    rejected: "پذیرفته‌نشده",
    never: "هنوز هیچ",
    since_start: "از شروع کار سامانه",
  },
});
