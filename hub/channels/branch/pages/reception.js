// The reception: gives tickets to who walks in, finds and transfers those of today, and keeps the appointments.

import { base, branch, live, ownId, request } from "./asking.js";
import { announce, ask, choice, field, fill, h } from "./dom.js";
import { apart, clockCode, day, dayAndTime, dayCode, digits, instant, latin, time } from "./numbers.js";
import { coded, language, named, notHere, phase, speak, t, why } from "./words.js";

const stored = `hub-reception-${branch}`;
const OVER = new Set(["served", "no_show", "left"]);
const kept = { language: localStorage.getItem(`${stored}-language`) ?? "en" };

let config = null;
let token = sessionStorage.getItem(stored) ?? "";
let state = null;
let line = null;
let isCut = false;
let wrong = "";
let found = null;
let appointments = [];
let dayShown = "";
let ownTicket = ownId();

const cut = h("p", { class: "strip bad", role: "status", id: "cut", hidden: true });
const away = h("p", { class: "strip", role: "status", id: "away", hidden: true });
const told = h("p", { class: "strip bad", role: "alert", id: "refused", hidden: true });
const title = h("h1", {});
const tools = h("div", { class: "row" });
const main = h("main", { id: "main" });
const [giving, queues, list, booked] = [h("section", { class: "panel" }), h("section", { class: "panel" }), h("section", { class: "panel", id: "tickets" }), h("section", { class: "panel", id: "appointments" })];
document.body.append(h("header", { class: "top" }, title, tools), cut, away, told, main);

const serviceName = (id) => named(config.services.find((one) => one.id === id)?.name) || id;
const services = () => config.services.map((one) => [one.id, named(one.name)]);
const kinds = () => [["", t("noIdentity")], ...config.identities.map((one) => [one, coded(one)])];
const languages = () => config.languages.map((code) => [code, t.of(code)("language")]);
const buttons = (yes, run) => ({ yes, no: t("cancel"), run });
const identity = (kind, value) => (kind && value ? { identity: { kind, value: latin(value) } } : {});

// Everything anew: at the start, at sign-in and in another language. What changes by itself has places of its own.
function draw() {
  title.textContent = config ? `${t("reception")} · ${named(config.name)}` : t("reception");
  document.title = t("reception");
  fill(tools, languageButton(), token && h("button", { class: "quiet", id: "sign-out", onclick: forget }, t("signOut")));
  strips();
  if (!config) { fill(main, h("p", { class: "center" }, t("making"))); return; }
  if (!token) { fill(main, signInForm()); return; }
  fill(main, h("div", { class: "work" }, giving, queues), h("div", { class: "wide-panel" }, list, booked));
  drawGiving();
  drawList();
  drawAppointments();
  drawState();
}

function languageButton() {
  const other = language() === "fa" ? "en" : "fa";
  return h("button", { class: "quiet", id: "other-language", lang: other, onclick: () => { speak(other); localStorage.setItem(`${stored}-language`, other); draw(); } }, t.of(other)("language"));
}

function strips() {
  cut.hidden = !(token && isCut);
  cut.textContent = t("noConnection");
  away.hidden = state?.link !== "away";
  away.textContent = t("away");
}

function signInForm() {
  return h("form", { class: "sign-in panel", id: "sign-in", onsubmit: signIn }, h("h2", {}, t("signIn")),
    field("pin", t("pin"), h("input", { type: "password", required: true, inputmode: "numeric", autocomplete: "current-password", dir: "ltr" })),
    wrong && h("p", { class: "warn", role: "alert" }, wrong), h("button", { class: "main large wide" }, t("signIn")));
}

async function signIn(event) {
  event.preventDefault();
  try {
    const answer = await request(`${base}/reception/sign-in`, { pin: latin(new FormData(event.target).get("pin")) });
    [token, wrong] = [answer.token, ""];
    sessionStorage.setItem(stored, token);
    begun();
  } catch (refused) {
    wrong = [401, 403].includes(refused.status) ? t("wrongPin") : refused.status ? t("notDone", { reason: why(refused) }) : t("unsure");
    draw();
  }
}

function begun() {
  draw();
  line?.stop();
  line = live(`${base}/reception/live`, { token, probe: `${base}/config`, state: (now) => { state = now; drawState(); strips(); }, cut: (is) => { isCut = is; strips(); }, gone: forget });
  fetchAppointments();
}

function forget() {
  line?.stop();
  [line, token, state, found] = [null, "", null, null];
  sessionStorage.removeItem(stored);
  draw();
}

// Asks the branch: what it answers, or why not.
async function tried(path, body) {
  told.hidden = true;
  try { return { answer: await request(`${base}/reception/${path}`, body, { token }) }; } catch (refused) {
    if (refused.status === 401) { forget(); return {}; }
    return { reason: refused.status ? t("notDone", { reason: why(refused) }) : t("unsure") };
  }
}

// The same where no form is open: what it refuses is said at the top.
async function attempt(path, body) {
  const { answer = null, reason = "" } = await tried(path, body);
  told.hidden = !reason;
  told.textContent = reason;
  return answer;
}

// The same for a form: then what follows of it.
const doing = (path, body, then) => async (given) => {
  const { answer, reason = "" } = await tried(path, body(given));
  if (answer) await then(answer);
  return reason;
};

function drawGiving() {
  fill(giving, h("h2", {}, t("walkIn")), h("form", { id: "walk-in", class: "work", onsubmit: give },
    field("service", t("service"), choice(services(), { value: config.services[0]?.id })), field("name", t("name"), h("input", { maxlength: 200 })),
    field("kind", t("identityKind"), choice(kinds())), field("value", t("identityValue"), h("input", { maxlength: 64, dir: "ltr" })),
    field("ticket-language", t("languageOf"), choice(languages(), { name: "language", value: config.languages[0] })), field("need", t("need"), choice([["", t("noNeed")], ...config.needs.map((one) => [one, coded(one)])])),
    field("note", t("note"), h("textarea", { rows: 2, maxlength: 1000 })), h("button", { class: "main large wide" }, t("giveTicket")), h("p", { id: "given", class: "center", role: "status" })));
}

async function give(event) {
  event.preventDefault();
  const form = event.target;
  const { service, name, kind, value, need, note, language: speaks } = Object.fromEntries(new FormData(form));
  const ticket = await attempt("tickets", { id: ownTicket, service, name, need, note, language: speaks, ...identity(kind, value) });
  if (!ticket) return;
  ownTicket = ownId();
  form.reset();
  shownTicket(ticket);
}

function shownTicket(ticket) {
  document.getElementById("given").replaceChildren(h("strong", { class: "big", "data-number": ticket.number }, t("given", { number: ticket.number })), h("img", { src: `${new URL(ticket.link, location).pathname}/qr.svg`, alt: t("scan"), width: 140, height: 140 }));
}

function drawState() {
  if (!state || !config) return;
  fill(queues, h("h2", {}, t("waiting")), h("ul", { class: "queue" }, state.waiting.map((one) => h("li", {}, h("span", { class: "letter", "aria-hidden": "true" }, one.letter), h("span", { class: "what" }, serviceName(one.service)), h("strong", { class: "line-count" }, digits(one.count, language()))))));
  drawRows();
}

function drawList() {
  const search = h("input", { type: "search", maxlength: 64, oninput: (event) => look(event.target.value) });
  fill(list, h("h2", {}, t("today")), field("find", t("find"), search), h("div", { class: "scroll", id: "rows", tabindex: "0", role: "region", "aria-label": t("today") }));
  drawRows();
}

let lookingFor = "";
async function look(text) {
  lookingFor = latin(text).trim();
  const asked = lookingFor;
  if (!asked) { found = null; drawRows(); return; }
  await new Promise((done) => setTimeout(done, 200));
  if (asked !== lookingFor) return;
  const answer = await attempt(`tickets?find=${encodeURIComponent(asked)}`);
  if (answer && asked === lookingFor) { found = answer.tickets; drawRows(); announce(digits(found.length, language())); }
}

function drawRows() {
  const place = document.getElementById("rows");
  if (!place) return;
  const shown = found ?? state?.tickets ?? [];
  fill(place, shown.length ? h("table", { class: "list" }, heads(["ticket", "service", "phase", "desk", "who", "since", "actions"]), h("tbody", {}, shown.map(row))) : h("p", { class: "soft" }, t("empty")));
}

const HEADS = { since: () => t("when") };
const heads = (keys) => h("thead", {}, h("tr", {}, keys.map((key) => h("th", { scope: "col" }, HEADS[key]?.() ?? t(key)))));

function row(visit) {
  const identity = visit.identity && `${coded(visit.identity.kind)} ${apart(visit.identity.value, language())}`;
  const who = visit.name || identity || t("unknownWho");
  const may = !OVER.has(visit.phase);
  return h("tr", { "data-number": visit.number }, h("td", {}, h("bdi", {}, digits(visit.number, language()))), h("td", {}, serviceName(visit.service)), h("td", {}, phase(visit.phase)), h("td", {}, digits(visit.desk || t("nowhere"), language())),
    h("td", {}, h("bdi", {}, who), visit.name && identity && h("small", {}, identity), visit.need && h("small", {}, coded(visit.need))), h("td", {}, time(visit.taken_at, language(), config.zone)),
    h("td", {}, may && h("div", { class: "row" }, h("button", { class: "quiet", id: `transfer-${visit.ticket}`, "aria-label": `${t("transfer")} ${visit.number}`, onclick: () => transfer(visit) }, t("transfer")),
      visit.phase !== "called" && h("button", { class: "danger-quiet", id: `leave-${visit.ticket}`, "aria-label": `${t("leaveFor")} ${visit.number}`, onclick: () => takeOut(visit) }, t("leaveFor")))));
}

async function transfer(visit) {
  const desks = [["", t("nowhere")], ...config.desks.map((one) => [one.id, named(one.name) || t("deskOf", { desk: one.id })])];
  const to = services().filter(([id]) => id !== visit.service);
  const about = (answer) => (answer.desk ? { ...answer, service: "" } : answer);
  await ask(`${t("transfer")} ${visit.number}`, [field("to-service", t("toService"), choice([...to, ["", t("nowhere")]], { name: "service", value: to[0]?.[0] ?? "" })), field("desk", t("toDesk"), choice(desks)), field("reason", t("reason"), h("input", { maxlength: 200 }))], buttons(t("transfer"), doing(`tickets/${encodeURIComponent(visit.ticket)}/transfer`, about, again)));
}

async function takeOut(visit) {
  await ask(`${t("leaveFor")}: ${visit.number}`, [], { ...buttons(t("leaveFor"), doing(`tickets/${encodeURIComponent(visit.ticket)}/leave`, () => ({}), again)), danger: true });
}

const again = () => (lookingFor ? look(lookingFor) : undefined);

async function fetchAppointments() {
  if (!config.appointments) return;
  const answer = await attempt(`appointments?day=${dayShown}`);
  if (answer) { appointments = answer.appointments; drawAppointments(); }
}

function drawAppointments() {
  if (!config.appointments) { booked.hidden = true; return; }
  const pick = h("input", { type: "date", value: dayShown, onchange: (event) => { if (event.target.value) { dayShown = event.target.value; fetchAppointments(); } } });
  fill(booked, h("div", { class: "row" }, h("h2", {}, t("appointments")), h("span", { class: "soft" }, day(`${dayShown}T12:00:00Z`, language(), "UTC")), h("button", { class: "quiet", id: "new-appointment", onclick: make }, t("newAppointment"))),
    field("day", t("day"), pick), appointments.length ? h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("appointments") }, h("table", { class: "list" }, heads(["when", "service", "name", "phase", "actions"]), h("tbody", {}, appointments.map(appointmentRow)))) : h("p", { class: "soft" }, t("noAppointments")));
}

function appointmentRow(one) {
  const may = one.phase === "made";
  const button = (key, kind, run) => h("button", { class: kind, id: `${key}-${one.code}`, "aria-label": `${t(key)}: ${one.name || one.code}`, onclick: run }, t(key));
  return h("tr", { "data-code": one.code }, h("td", {}, time(one.at, language(), config.zone)), h("td", {}, serviceName(one.service)), h("td", {}, h("bdi", {}, one.name || one.code), h("small", {}, digits(one.code, language()))), h("td", {}, phase(one.phase)),
    h("td", {}, may && h("div", { class: "row" }, button("arrive", "main", () => arrive(one)), button("move", "quiet", () => move(one)), button("cancelAppointment", "danger-quiet", () => cancel(one)))));
}

const moment = (text) => instant(text, config.zone);

// A day and time of the branch's clock, said again as people there say it.
function moments(value) {
  const said = h("small", { id: "at-said", role: "status" });
  const say = (text) => { said.textContent = text ? dayAndTime(moment(text), language(), config.zone) : ""; };
  say(value);
  const pick = h("input", { type: "datetime-local", required: true, value, "aria-describedby": "at-said", oninput: (event) => say(event.target.value) });
  const one = field("at", t("when"), pick);
  one.append(said);
  return one;
}

// The next full hour of today, or ten o'clock on the day that is shown.
function proposed() {
  const soon = clockCode(Date.now() + 3_600_000, config.zone);
  return dayShown === soon.slice(0, 10) ? `${soon.slice(0, 13)}:00` : `${dayShown}T10:00`;
}
const path = (one, what) => `appointments/${encodeURIComponent(one.code)}/${what}`;

async function arrive(one) {
  const arrived = async (ticket) => { shownTicket(ticket); await fetchAppointments(); };
  await ask(`${t("arrive")}: ${one.name || one.code}`, field("arrival-need", t("need"), choice([["", t("noNeed")], ...config.needs.map((need) => [need, coded(need)])], { name: "need" })), buttons(t("arrive"), doing(path(one, "arrive"), ({ need }) => ({ need }), arrived)));
}

async function move(one) {
  await ask(`${t("move")}: ${one.name || one.code}`, moments(clockCode(one.at, config.zone)), buttons(t("move"), doing(path(one, "move"), ({ at }) => ({ at: moment(at) }), fetchAppointments)));
}

async function cancel(one) {
  await ask(`${t("cancelAsk")} ${one.name || one.code}`, [], { ...buttons(t("cancelAppointment"), doing(path(one, "cancel"), () => ({}), fetchAppointments)), danger: true });
}

async function make() {
  const id = ownId();
  const about = ({ kind, value, at, phone, ...more }) => ({ ...more, id, at: moment(at), phone: latin(phone), ...identity(kind, value) });
  const shown = async (made) => { dayShown = dayCode(made.at, config.zone); await fetchAppointments(); };
  await ask(t("newAppointment"), [field("new-service", t("service"), choice(services(), { name: "service", value: config.services[0]?.id })), moments(proposed()),
    field("new-name", t("name"), h("input", { name: "name", maxlength: 200 })), field("new-language", t("languageOf"), choice(languages(), { name: "language", value: config.languages[0] })),
    field("new-kind", t("identityKind"), choice(kinds(), { name: "kind" })), field("new-value", t("identityValue"), h("input", { name: "value", maxlength: 64, dir: "ltr" })),
    field("phone", t("phone"), h("input", { type: "tel", maxlength: 32, dir: "ltr" })), field("email", t("email"), h("input", { type: "email", maxlength: 320, dir: "ltr" }))], { ...buttons(t("make"), doing("appointments", about, shown)), wide: true });
}

async function begin() {
  try { config = await request(`${base}/config`); } catch (refused) { fill(main, notHere(refused)); setTimeout(begin, 2000); return; }
  dayShown = dayCode(Date.now(), config.zone);
  if (token) begun(); else draw();
}

speak(kept.language);
draw();
begin();
setInterval(() => token && !document.querySelector("dialog[open]") && !booked.contains(document.activeElement) && fetchAppointments(), 30_000);
