/** What is said about who read whose data. */
import { words } from "../../words/words";

export const say = words({
  en: {
    at: "When",
    actor: "Who read",
    customer: "Of whom",
    what: "What",
    interaction: "Working on",
    actor_filter: "Who read, by name",
    customer_filter: "Customer's id",
    from: "From",
    to: "To",
    none: "Nobody read anything of the kind.",
  },
  fa: {
    at: "زمان",
    actor: "چه کسی دید",
    customer: "دادهٔ چه کسی",
    what: "چه چیزی",
    interaction: "هنگام کار بر",
    actor_filter: "چه کسی دید، با نام",
    customer_filter: "شناسهٔ مشتری",
    from: "از",
    to: "تا",
    none: "چنین دسترسی‌ای ثبت نشده است.",
  },
});
