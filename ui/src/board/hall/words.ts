/** What the hall view says. */
import { words } from "../../words/words";

export const hall = words({
  en: {
    waiting: "waiting",
    longest: "longest {time}",
    level: "{level} in time",
    quiet: "{n|1 queue has|{n} queues have} nobody waiting and nothing amiss",
    page: "{page} of {pages}",
    agents_now: "Agents now",
  },
  fa: {
    waiting: "در انتظار",
    longest: "بیشترین {time}",
    level: "{level} به‌هنگام",
    quiet: "{n} صف کسی در انتظار ندارد و روبه‌راه است",
    page: "{page} از {pages}",
    agents_now: "کارشناسان اکنون",
  },
});
