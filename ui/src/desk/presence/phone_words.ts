/** What is said of the agent's phone in the page, wherever in the application they are. */
import { words } from "../../words/words";

export const say = words({
  en: {
    phone: "Phone",
    on_phone: "On the phone",
    rings: "Your phone rings",
    to_desk: "To the desk",
    mic_off: "Mute yourself",
    mic_on: "Speak again",
    muted: "Nobody hears you",
    hang_up: "Hang up",
    deaf: "The browser gives this page no microphone, so calls cannot be taken here. Allow it for this page and load the page again.",
    phone_ready: "Phone ready",
    phone_away: "Phone not connected",
    phone_elsewhere: "Phone in another tab",
    bring: "Bring the call here",
  },
  fa: {
    phone: "تلفن",
    on_phone: "پای تلفن",
    rings: "تلفن شما زنگ می‌زند",
    to_desk: "به میز کار",
    mic_off: "بستن میکروفون",
    mic_on: "باز کردن میکروفون",
    muted: "صدای شما به کسی نمی‌رسد",
    hang_up: "قطع تماس",
    deaf: "مرورگر به این صفحه میکروفون نمی‌دهد و اینجا نمی‌شود به تماس پاسخ داد. دسترسی به میکروفون را برای این صفحه باز کنید و صفحه را دوباره بارگذاری کنید.",
    phone_ready: "تلفن آماده است",
    phone_away: "تلفن وصل نیست",
    phone_elsewhere: "تلفن در زبانهٔ دیگری است",
    bring: "آوردن تماس به اینجا",
  },
});
