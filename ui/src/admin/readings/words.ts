/** What is said about who read whose data. */
import { words } from "../../words/words";

export const say = words({
  en: {
    at: "When",
    actor: "Who read",
    customer: "Of whom",
    what: "What",
    interaction: "Working on",
    actor_filter: "Who read (as it stands in the list)",
    customer_filter: "Customer's id",
    from: "From",
    to: "To",
    none: "Nobody read anything of the kind.",
  },
  fa: {
    at: "زمان",
    actor: "چه کسی خواند",
    customer: "از آنِ چه کسی",
    what: "چه چیز",
    interaction: "هنگام کار بر",
    actor_filter: "چه کسی خواند (همان‌گونه که در فهرست است)",
    customer_filter: "شناسهٔ مشتری",
    from: "از",
    to: "تا",
    none: "کسی چنین چیزی نخوانده است.",
  },
});
