/** The lists of work. */
import { texts } from "../../words/words";

export const lists = texts({
  en: {
    lists: "Work",
    mine: "Mine",
    nothing_mine: "Nothing in hand.",
    may_take: "You may take",
    take: "Take it",
    all_of_them: "All {n}",
    fewer: "Fewer",
    next: "Next in the lists",
    previous: "Previous in the lists",
    unread: "{n|one new message|{n} new messages}",
    interrupted: "Interrupted",
    callback: "Call back",
    consult: "Advice",
  },
  fa: {
    lists: "کارها",
    mine: "کارهای من",
    nothing_mine: "کاری در دست نیست.",
    may_take: "می‌توانید بردارید",
    take: "برداشتن",
    all_of_them: "هر {n}",
    fewer: "کمتر",
    next: "بعدی در فهرست‌ها",
    previous: "قبلی در فهرست‌ها",
    unread: "{n} پیام تازه",
    interrupted: "نیمه‌کاره",
    callback: "تماس برگشتی",
    consult: "مشورت",
  },
});
