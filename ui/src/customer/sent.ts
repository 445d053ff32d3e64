/** How far it is what we send, in words, and why it is not sent. */
import { said } from "../words/hub.svelte";
import { words } from "../words/words";

const say = words({
  en: {
    waiting: "to be sent",
    dispatched: "being sent",
    sent: "sent",
    delivered: "delivered",
    unreported: "perhaps not sent",
    failed: "did not arrive",
    given_up: "not sent",
    call_waiting: "to be called",
    call_dispatched: "being called",
    call_unreported: "perhaps not called",
    call_failed: "not reached",
    call_given_up: "not called",
    closed: "it may not be sent to them",
    too_late: "it would have come too late",
    no_path: "no path to them is left",
    not_kept: "its words are kept no longer",
    refused: "it was refused",
    cancelled: "it was called off",
    forgotten: "they were forgotten",
  },
  fa: {
    waiting: "در صف ارسال",
    dispatched: "در حال ارسال",
    sent: "ارسال شد",
    delivered: "رسید",
    unreported: "شاید ارسال نشده",
    failed: "نرسید",
    given_up: "ارسال نشد",
    call_waiting: "در صف تماس",
    call_dispatched: "در حال تماس",
    call_unreported: "شاید تماس گرفته نشده",
    call_failed: "پاسخ نداد",
    call_given_up: "تماس گرفته نشد",
    closed: "ارسال به او مجاز نیست",
    too_late: "دیگر دیر شده بود",
    no_path: "راهی برای رسیدن به او نمانده است",
    not_kept: "متن آن دیگر نگه داشته نمی‌شود",
    refused: "پذیرفته نشد",
    cancelled: "لغو شد",
    forgotten: "مشتری فراموش شده است",
  },
});

type Step = "waits" | "sent" | "delivered" | "failed" | "unknown";
const STEPS: Record<string, Step> = {
  waiting: "waits",
  dispatched: "waits",
  sent: "sent",
  delivered: "delivered",
  unreported: "unknown",
  failed: "failed",
  given_up: "failed",
};
const SPOKEN = new Set(["phone", "in_person"]);

/** Null: it is nothing we send, or a call that was made, which says all. */
export function stepOf(state: string, channel: string): Step | null {
  const step = STEPS[state] ?? null;
  return SPOKEN.has(channel) && (step === "sent" || step === "delivered") ? null : step;
}

export function stateName(state: string, channel: string): string {
  const call = `call_${state}`;
  const spoken = SPOKEN.has(channel) ? say.of(call) : call;
  return spoken === call ? say.of(state) : spoken;
}

/** A word of ours, else what the adapter says. */
export function whyNot(reason: string): string {
  const known = say.of(reason);
  return known === reason ? said(/^[a-z]+(_[a-z]+)+$/.test(reason) ? reason.replaceAll("_", " ") : reason) : known;
}
