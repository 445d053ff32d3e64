/** What fields for days and times say. */
import { words } from "../../words/words";

export const say = words({
  en: {
    day: "Day",
    time: "Time",
    choose_day: "Choose a day",
    previous_month: "Month before",
    next_month: "Month after",
    no_day: "There is no such day. Write it like {like}.",
    no_time: "There is no such time. Write it like {like}.",
    too_early: "No day before {day}.",
    too_late: "No day after {day}.",
    like: "like {like}",
  },
  fa: {
    day: "روز",
    time: "ساعت",
    choose_day: "انتخاب روز",
    previous_month: "ماه قبل",
    next_month: "ماه بعد",
    no_day: "چنین روزی وجود ندارد. مانند {like} بنویسید.",
    no_time: "چنین ساعتی وجود ندارد. مانند {like} بنویسید.",
    too_early: "روزی پیش از {day} پذیرفته نیست.",
    too_late: "روزی پس از {day} پذیرفته نیست.",
    like: "مانند {like}",
  },
});
