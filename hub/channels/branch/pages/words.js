// What the pages say, in each language. A text that is missing is shown in English, a name the branch gave as it is.

import { h } from "./dom.js";
import { RIGHT_TO_LEFT, digits } from "./numbers.js";

export const WORDS = {
  en: {
    language: "English", welcome: "Welcome", chooseService: "What can we do for you?",
    closed: "The branch is closed", opensAt: "Opens {time}", serviceClosed: "Closed now", opensShort: "from {time}",
    waitingCount: "{n} waiting", nobodyWaits: "Nobody waiting", needsTitle: "Do you need help?", noNeed: "No help needed",
    identify: "Who are you? (optional)", identifyWhy: "We can then prepare for your visit.", skip: "Continue without",
    next: "Continue", back: "Back", start: "Start again", erase: "Erase last digit", keypad: "Keypad", entered: "Entered",
    yourNumber: "Your number", yourTicket: "Your ticket", inLine: "Your place in line", estimate: "Estimated wait",
    aboutMinutes: "about {n} min", guess: "estimated by the branch", scan: "Scan this to follow your place on your phone",
    print: "Print", done: "Done", backIn: "Back to the start in {n} s", noAnswer: "No ticket could be given just now. Please ask at the reception, or try again.",
    again: "Try again", wrong: "This can't be right. Please check it.", making: "One moment…", still: "Are you still there?", yes: "Yes",
    ticket: "Ticket", desk: "Desk", service: "Service", called: "Now called", before: "Called before", waiting: "Waiting",
    soundOn: "Turn sound on", noConnection: "No connection. What you see may be old.", noCalls: "Nobody has been called yet",
    phaseWaiting: "Waiting", phaseCalled: "Called", phaseParked: "Set aside", phaseServed: "Served", phaseNoShow: "Did not come", phaseLeft: "Left",
    yourTurn: "It is your turn", goTo: "Please go to", pleaseWait: "Please stay nearby. This page tells you when it is your turn.",
    parkedTell: "You will be called again soon.", servedTell: "Thank you for your visit.", noShowTell: "You were called but not seen. Please ask at the reception.",
    leftTell: "This ticket is no longer in line.", leave: "Leave the line", leaveAsk: "Leave the line? Your place will be lost.", stay: "Stay in line",
    unknownTicket: "This ticket is not known. It may be of another day.", message: "Message to the branch", send: "Send", sent: "Sent", takenAt: "Taken at {time}",
    signIn: "Sign in", signOut: "Sign out", agent: "Your name in the hub", pin: "PIN", wrongPin: "This name and PIN do not fit.", deskOf: "Desk {desk}",
    callNext: "Call next", waitNext: "Waiting for the next visitor…", cancelNext: "Don't wait", recall: "Call again", park: "Set aside", resume: "Take up",
    noShow: "Did not come", transfer: "Transfer", end: "End", parkedHere: "Set aside", nobodyHere: "Nobody is at the desk", elapsed: "At the desk for", waited: "Waited",
    calledTimes: "Called {n} times", calledOnce: "Called once", who: "Identity", unknownWho: "Not told", segment: "Segment", stage: "Stage", priority: "Priority",
    need: "Need", note: "Note", languageOf: "Language", appointment: "Appointment", notes: "Notes", walkIn: "Walk-in", reason: "Reason (optional)", minutesLong: "For how many minutes (0: until taken up)",
    toService: "To service", toDesk: "or to desk", nowhere: "—", code: "Outcome", cancel: "Cancel", away: "The hub can't be reached. The branch goes on calling in its own order, and tells the hub afterwards.",
    shortcuts: "Keyboard shortcuts", keys: "N next · R call again · P set aside · X did not come · T transfer · E end · W walk-in", messages: "Notices", empty: "None", since: "since {time}",
    notDone: "Not done: {reason}", unsure: "No answer came. Look whether it was done before you try again.", reception: "Reception", find: "Find a ticket, service or identity", today: "Today's tickets",
    giveTicket: "Give a ticket", name: "Name", identityKind: "Kind of identity", identityValue: "Identity", noIdentity: "Not told", phone: "Phone for reminders", email: "E-mail for reminders",
    appointments: "Appointments", newAppointment: "New appointment", make: "Make the appointment", when: "When", arrive: "Has arrived", move: "Move", cancelAppointment: "Cancel the appointment", cancelAsk: "Cancel this appointment?",
    leaveFor: "Take out of line", day: "Day", noAppointments: "No appointments on this day", given: "Ticket {number} given", phase: "State", actions: "Actions", phaseMade: "Made", phaseArrived: "Arrived", phaseMissed: "Missed", phaseCancelled: "Cancelled",
    customer_number: "Customer number", national_code: "National code", wheelchair: "Wheelchair", hearing: "Hearing", sight: "Sight", seeing: "Sight", elderly: "Elderly", age: "Age", pregnant: "Pregnant", pregnancy: "Pregnancy", interpreter: "Interpreter", walking: "Walking", speech: "Speech", served: "Served", appointmentCode: "Appointment code", phoneKind: "Phone number",
    why_closed: "This service is closed now.", why_full: "Too many are waiting already.", why_too_much: "That was too much at once. Try again in a minute.", why_unknown: "There is no such thing here, or not any more.",
    why_away: "The branch can't do this just now.", why_taken_desk: "{who} sits at desk {desk}. They sign out first.", why_somebody_here: "{number} is at the desk: end the visit first, set it aside or transfer it.",
    why_nobody_here: "Nobody is at the desk.", why_not_parked: "{number} is not set aside any more.", why_not_here: "{number} is not waiting and at no desk any more.", why_nobody_there: "Nobody sits at desk {desk}.",
    why_say_where: "Say to which other service or desk.", why_not_served_there: "Desk {desk} does not have this service.", why_called_already: "{number} has been called to desk {desk}.", why_over: "This visit is over.",
    why_said_enough: "Please say the rest at the desk.", why_who_comes: "Say who comes: a customer number, a phone or a mail address.", why_no_appointment: "There is no appointment {number} in this branch.", why_appointment_over: "Appointment {number} is not open any more.",
    why_too_early: "It is too early for appointment {number}. Please come again later.", why_passed: "This time has passed already.", why_closed_then: "The service is closed then.",
    haveAppointment: "I have an appointment", appointmentTitle: "Your appointment",
    noBranch: "There is no branch under this address. Please check it.", noAnswerYet: "The branch does not answer yet. This page goes on trying.",
    instead: "Sign {who} out and sit down here", insteadTell: "Whom {who} had called goes on with you.",
    resolved: "Resolved", referred: "Referred", follow_up: "To be followed up", escalated: "Escalated", no_answer_needed: "No answer needed", other: "Other",
    acquisition: "Acquisition", enhancement: "Enhancement", retention: "Retention", lapsed: "Lapsed",
  },
  fa: {
    language: "فارسی", welcome: "خوش آمدید", chooseService: "چه خدمتی نیاز دارید؟",
    closed: "شعبه تعطیل است", opensAt: "بازگشایی {time}", serviceClosed: "اکنون بسته است", opensShort: "از {time}",
    waitingCount: "{n} نفر در صف", nobodyWaits: "صف خالی است", needsTitle: "به کمک نیاز دارید؟", noNeed: "نیازی نیست",
    identify: "خود را معرفی کنید (اختیاری)", identifyWhy: "تا برای مراجعهٔ شما آماده باشیم.", skip: "ادامه بدون معرفی",
    next: "ادامه", back: "بازگشت", start: "شروع دوباره", erase: "پاک کردن رقم آخر", keypad: "صفحهٔ اعداد", entered: "واردشده",
    yourNumber: "شمارهٔ شما", yourTicket: "نوبت شما", inLine: "جای شما در صف", estimate: "زمان انتظار",
    aboutMinutes: "حدود {n} دقیقه", guess: "به برآورد شعبه", scan: "برای دیدن نوبت در تلفن همراه، این کد را اسکن کنید",
    print: "چاپ", done: "پایان", backIn: "بازگشت به آغاز تا {n} ثانیهٔ دیگر", noAnswer: "اکنون نوبت داده نشد. لطفاً به پذیرش مراجعه کنید یا دوباره بکوشید.",
    again: "تلاش دوباره", wrong: "درست به نظر نمی‌رسد. لطفاً بررسی کنید.", making: "یک لحظه…", still: "هنوز اینجا هستید؟", yes: "بله",
    ticket: "نوبت", desk: "باجه", service: "خدمت", called: "فراخوان", before: "فراخوان‌های پیشین", waiting: "در انتظار",
    soundOn: "روشن کردن صدا", noConnection: "ارتباط قطع است. آنچه می‌بینید شاید کهنه باشد.", noCalls: "هنوز کسی فراخوانده نشده است",
    phaseWaiting: "در انتظار", phaseCalled: "فراخوانده‌شده", phaseParked: "کنار گذاشته", phaseServed: "انجام شد", phaseNoShow: "نیامد", phaseLeft: "انصراف",
    yourTurn: "نوبت شماست", goTo: "لطفاً بروید به", pleaseWait: "لطفاً نزدیک بمانید. این صفحه نوبت شما را خبر می‌دهد.",
    parkedTell: "به‌زودی دوباره فراخوانده می‌شوید.", servedTell: "از مراجعهٔ شما سپاسگزاریم.", noShowTell: "فراخوانده شدید و نیامدید. لطفاً به پذیرش مراجعه کنید.",
    leftTell: "این نوبت دیگر در صف نیست.", leave: "انصراف از نوبت", leaveAsk: "از نوبت انصراف می‌دهید؟ جای شما در صف از دست می‌رود.", stay: "در صف می‌مانم",
    unknownTicket: "این نوبت شناخته نشد. شاید برای روز دیگری باشد.", message: "پیام به شعبه", send: "ارسال", sent: "فرستاده شد", takenAt: "ساعت دریافت {time}",
    signIn: "ورود", signOut: "خروج", agent: "نام کاربری", pin: "رمز", wrongPin: "نام کاربری یا رمز درست نیست.", deskOf: "باجهٔ {desk}",
    callNext: "نفر بعدی", waitNext: "در انتظار نفر بعدی…", cancelNext: "لغو انتظار", recall: "فراخوان دوباره", park: "کنار گذاشتن", resume: "ادامهٔ کار",
    noShow: "نیامد", transfer: "ارجاع", end: "پایان کار", parkedHere: "کنار گذاشته‌شده‌ها", nobodyHere: "کسی پای باجه نیست", elapsed: "مدت حضور در باجه", waited: "مدت انتظار",
    calledTimes: "{n} بار فراخوانده شد", calledOnce: "یک بار فراخوانده شد", who: "هویت", unknownWho: "گفته نشده", segment: "بخش", stage: "مرحله", priority: "اولویت",
    need: "نیاز ویژه", note: "یادداشت", languageOf: "زبان", appointment: "وقت قبلی", notes: "یادداشت‌ها", walkIn: "مراجعهٔ مستقیم", reason: "دلیل (اختیاری)", minutesLong: "چند دقیقه (۰: تا وقتی ادامه داده شود)",
    toService: "به خدمت", toDesk: "یا به باجه", nowhere: "—", code: "نتیجه", cancel: "بازگشت", away: "ارتباط با سامانهٔ مرکزی قطع است. شعبه به ترتیب خود فرا می‌خواند و سپس خبر می‌دهد.",
    shortcuts: "میان‌برهای صفحه‌کلید", keys: "N بعدی · R فراخوان دوباره · P کنار · X نیامد · T ارجاع · E پایان · W مراجعهٔ مستقیم", messages: "آگهی‌ها", empty: "هیچ", since: "از {time}",
    notDone: "انجام نشد: {reason}", unsure: "پاسخی نیامد. پیش از تکرار ببینید انجام شده است یا نه.", reception: "پذیرش", find: "جستجوی نوبت، خدمت یا هویت", today: "نوبت‌های امروز",
    giveTicket: "دادن نوبت", name: "نام", identityKind: "نوع شناسه", identityValue: "شناسه", noIdentity: "گفته نشده", phone: "تلفن برای یادآوری", email: "رایانامه برای یادآوری",
    appointments: "وقت‌های قبلی", newAppointment: "وقت تازه", make: "ثبت وقت", when: "زمان", arrive: "رسید", move: "جابه‌جایی", cancelAppointment: "لغو وقت", cancelAsk: "این وقت لغو شود؟",
    leaveFor: "خروج از صف", day: "روز", noAppointments: "در این روز وقتی نیست", given: "نوبت {number} داده شد", phase: "وضعیت", actions: "کارها", phaseMade: "ثبت‌شده", phaseArrived: "رسیده", phaseMissed: "نیامده", phaseCancelled: "لغوشده",
    customer_number: "شمارهٔ مشتری", national_code: "کد ملی", wheelchair: "ویلچر", hearing: "شنوایی", sight: "بینایی", seeing: "بینایی", elderly: "سالمند", age: "سالمندی", pregnant: "باردار", pregnancy: "بارداری", interpreter: "مترجم", walking: "راه رفتن", speech: "گفتار", served: "انجام شد", appointmentCode: "کد وقت قبلی", phoneKind: "شمارهٔ تلفن",
    why_closed: "این خدمت اکنون بسته است.", why_full: "شمار منتظران بیش از اندازه است.", why_too_much: "درخواست‌ها بیش از اندازه بود. یک دقیقهٔ دیگر دوباره بکوشید.", why_unknown: "چنین چیزی اینجا نیست یا دیگر نیست.",
    why_away: "شعبه اکنون نمی‌تواند این کار را انجام دهد.", why_taken_desk: "{who} پای باجهٔ {desk} است و باید نخست خارج شود.", why_somebody_here: "{number} پای باجه است: نخست کار را پایان دهید، کنار بگذارید یا ارجاع دهید.",
    why_nobody_here: "کسی پای باجه نیست.", why_not_parked: "{number} دیگر کنار گذاشته نیست.", why_not_here: "{number} دیگر نه در صف است و نه پای باجه.", why_nobody_there: "کسی پای باجهٔ {desk} ننشسته است.",
    why_say_where: "بگویید به کدام خدمت یا باجهٔ دیگر.", why_not_served_there: "باجهٔ {desk} این خدمت را ندارد.", why_called_already: "{number} به باجهٔ {desk} فراخوانده شده است.", why_over: "این مراجعه پایان یافته است.",
    why_said_enough: "لطفاً بقیه را پای باجه بگویید.", why_who_comes: "بگویید چه کسی می‌آید: شمارهٔ مشتری، تلفن یا رایانامه.", why_no_appointment: "وقت {number} در این شعبه ثبت نشده است.", why_appointment_over: "وقت {number} دیگر باز نیست.",
    why_too_early: "برای وقت {number} هنوز زود است. لطفاً دیرتر بیایید.", why_passed: "این زمان گذشته است.", why_closed_then: "این خدمت در آن زمان بسته است.",
    haveAppointment: "وقت قبلی دارم", appointmentTitle: "وقت قبلی شما",
    noBranch: "شعبه‌ای با این نشانی نیست. لطفاً نشانی را بررسی کنید.", noAnswerYet: "شعبه هنوز پاسخ نمی‌دهد. این صفحه پیوسته تلاش می‌کند.",
    instead: "خروج {who} و نشستن پای این باجه", insteadTell: "کسی که {who} فراخوانده بود کارش را با شما ادامه می‌دهد.",
    resolved: "حل شد", referred: "ارجاع شد", follow_up: "نیاز به پیگیری", escalated: "به مدیر سپرده شد", no_answer_needed: "نیازی به پاسخ نبود", other: "دیگر",
    acquisition: "جذب", enhancement: "توسعه", retention: "نگهداشت", lapsed: "ازدست‌رفته",
  },
};

let spoken = "en";

export function speak(language) {
  spoken = language;
  document.documentElement.lang = language;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
}

export const language = () => spoken;

// `t("aboutMinutes", {n: 4})`; another language by `t.of("fa")("ticket")`.
export const t = (key, about = {}) => said(spoken, key, about);
t.of = (other) => (key, about = {}) => said(other, key, about);

function said(which, key, about) {
  const text = WORDS[which]?.[key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => digits(about[name] ?? "", which));
}

// Why the branch does not do it: in the language of the page where there are words for it.
export function why({ status, code, about, message }) {
  if (WORDS.en[`why_${code}`]) return t(`why_${code}`, about);
  return status === 422 ? t("wrong") : message;
}

// Before a page knows its branch, it says in all languages why not.
export function notHere({ status }) {
  const key = status === 404 ? "noBranch" : "noAnswerYet";
  return h("div", { class: "center panel", role: "alert" }, Object.keys(WORDS).map((code) => h("p", { lang: code, dir: RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr" }, t.of(code)(key))));
}

// A name as the branch gave it: `{"fa": ..., "en": ...}`; also a plain one.
export function named(names, which = spoken) {
  if (typeof names === "string") return names;
  return names?.[which] ?? names?.en ?? Object.values(names ?? {})[0] ?? "";
}

// What a code of the settings is called: a need, a kind of identity, an outcome.
export function coded(code, which = spoken) {
  const key = code === "phone" ? "phoneKind" : code;
  return WORDS[which]?.[key] ?? WORDS.en[key] ?? String(code).replaceAll("_", " ");
}

const PHASES = { waiting: "phaseWaiting", called: "phaseCalled", parked: "phaseParked", served: "phaseServed", no_show: "phaseNoShow", left: "phaseLeft", made: "phaseMade", arrived: "phaseArrived", missed: "phaseMissed", cancelled: "phaseCancelled" };
export const phase = (which) => t(PHASES[which] ?? which);
