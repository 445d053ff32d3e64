/** What the hub refuses, in the reader's language: by the word that names the reason where a person wants it said
 * otherwise than a program does, else as the hub says it. */
import type { Refusal } from "../api/client";
import { said } from "./hub.svelte";
import { words } from "./words";

const say = words({
  en: {
    "password-length": "A password has 10 to 200 characters. Several words are easy to keep.",
    "password-guessable": "This is among the first that somebody would guess. Take several words that have nothing to do with each other, nor with you.",
    shared: "An identifier of theirs is shared by several, and links nobody. Say first that it is shared no longer.",
    "said-apart": "Somebody has said that these are two customers. Take that back first.",
    "identifiers-contradict": "Strong identifiers of the two contradict each other.",
    linked: "Somebody has linked these two. Take the link away: that keeps them apart.",
    unreachable: "The hub can't be reached. Try again in a moment.",
    unauthenticated: "Your session had ended. Try again.",
    locked: "Your session was locked. Try again.",
    throttled: "Too many tries. Wait a moment.",
  },
  fa: {
    "password-length": "گذرواژه ۱۰ تا ۲۰۰ نویسه دارد. چند واژه آسان در یاد می‌ماند.",
    "password-guessable": "این از نخستین گذرواژه‌هایی است که حدس زده می‌شود. چند واژه برگزینید که نه به هم ربط دارند و نه به شما.",
    shared: "شناسه‌ای از این دو از آنِ چند نفر است و کسی را پیوند نمی‌دهد. نخست بگویید که دیگر مشترک نیست.",
    "said-apart": "کسی گفته است که این‌ها دو مشتری‌اند. نخست آن را پس بگیرید.",
    "identifiers-contradict": "شناسه‌های نیرومند این دو با هم نمی‌خوانند.",
    linked: "کسی این دو را پیوند داده است. پیوند را بردارید تا جدا بمانند.",
    unreachable: "به سامانه دسترسی نیست. کمی دیگر دوباره بکوشید.",
    unauthenticated: "نشست شما پایان یافته بود. دوباره بکوشید.",
    locked: "نشست شما قفل شده بود. دوباره بکوشید.",
    throttled: "تلاش‌ها زیاد شد. کمی صبر کنید.",
  },
});

export function worded(refused: Refusal): string {
  for (const code of [refused.code, refused.kind]) {
    const text = say.of(code);
    if (code && text !== code) return text;
  }
  return said(refused.message);
}
