/** What a branch says of a visitor beside their words. */
import { texts } from "../../words/words";

export const visits = texts({
  en: {
    needs: "Needs help",
    need_wheelchair: "Wheelchair",
    need_sight: "Sight",
    need_hearing: "Hearing",
    need_pregnancy: "Pregnancy",
    need_age: "Age",
    appointment: "Appointment",
  },
  fa: {
    needs: "نیاز ویژه",
    need_wheelchair: "ویلچر",
    need_sight: "بینایی",
    need_hearing: "شنوایی",
    need_pregnancy: "بارداری",
    need_age: "سالمندی",
    appointment: "وقت قبلی",
  },
});
