// The kiosk: language, service, who they are if they like, and a ticket; then back to the start by itself.

import { base, branch, live, ownId, request } from "./asking.js";
import { announce, fill, h } from "./dom.js";
import { keypad } from "./keypad.js";
import { dayAndTime, digits, minutes, time } from "./numbers.js";
import { coded, language, named, notHere, speak, t, why } from "./words.js";

const IDLE_SECONDS = 60;
const TICKET_SECONDS = 30;
const ASKS_EVERY = 15_000;
const TWICE_MS = 500;
const TWICE_PIXELS = 40;
const PRINTS = new URLSearchParams(location.search).get("print") === "yes";

const main = h("main", { id: "main" });
const foot = h("footer", { class: "foot" });
document.body.append(h("header", { class: "top" }, h("h1", { id: "name" }), h("p", { id: "clock", class: "clock", "aria-hidden": "true" })), main, foot);

let config = null;
let counts = new Map();
let chosen = fresh();
let show = begin;
let idle = 0;
let left = 0;

function fresh() {
  return { id: ownId(), service: null, need: "", identity: null, appointment: "" };
}

function go(screen) {
  show = screen;
  left = 0;
  touched();
  draw(true);
}

function draw(moved = false) {
  if (!config) { fill(main, h("p", { class: "big center" }, t("making"))); return; }
  document.getElementById("name").textContent = named(config.name);
  document.title = named(config.name);
  drawClock();
  fill(main, show());
  if (show === services) main.querySelectorAll(".count").forEach(counted);
  if (moved) main.querySelector("h2, h3")?.focus({ preventScroll: true });
}

const heading = (text) => h("h2", { tabindex: "-1" }, text);
const back = (to) => h("button", { class: "quiet large", onclick: () => go(to) }, h("span", { class: "arrow", "aria-hidden": "true" }), t("back"));

function begin() {
  foot.replaceChildren();
  if (!config.open) return closed();
  const choose = (code) => { speak(code); chosen = { ...fresh(), language: code }; go(services); };
  return h("div", { class: "center screen" },
    h("div", { class: "welcomes" }, config.languages.map((code) => h("h2", { lang: code, tabindex: "-1" }, t.of(code)("welcome")))),
    h("div", { class: "languages" }, config.languages.map((code) => h("button", { class: "main giant", lang: code, onclick: () => choose(code) }, t.of(code)("language")))));
}

function closed() {
  return h("div", { class: "center screen" }, config.languages.map((code) => h("section", { class: "closed", lang: code, dir: code === "fa" ? "rtl" : "ltr" },
    h("h2", {}, t.of(code)("closed")),
    config.opens_at && h("p", { class: "big" }, t.of(code)("opensAt", { time: dayAndTime(config.opens_at, code, config.zone) })))));
}

function services() {
  const offered = config.services.filter((one) => !one.languages?.length || one.languages.includes(language()));
  foot.replaceChildren(back(begin));
  const agree = () => go(agreed);
  return [heading(t("chooseService")), h("div", { class: "services" }, offered.map(serviceButton)),
    config.appointments && h("button", { class: "quiet large wide", id: "have-appointment", onclick: agree }, t("haveAppointment")), needs()];
}

function serviceButton(one) {
  const about = one.open ? h("span", { class: "count", "data-service": one.id }) :
    h("span", {}, one.opens_at ? `${t("serviceClosed")} · ${t("opensShort", { time: time(one.opens_at, language(), config.zone) })}` : t("serviceClosed"));
  const choose = () => { chosen.service = one; go(config.identities.length ? identity : making); };
  return h("button", { class: "service", id: `service-${one.id}`, disabled: !one.open, onclick: choose },
    h("span", { class: "letter", "aria-hidden": "true" }, one.letter), h("span", { class: "what" }, h("strong", {}, named(one.name)), about));
}

function counted(place) {
  const count = counts.get(place.dataset.service);
  place.textContent = count === undefined ? "" : count ? t("waitingCount", { n: count }) : t("nobodyWaits");
}

function needs() {
  if (!config.needs.length) return null;
  const toggle = (code) => { chosen.need = chosen.need === code ? "" : code; touched(); draw(); };
  return h("section", { class: "needs", "aria-labelledby": "needs" }, h("h3", { id: "needs" }, t("needsTitle")),
    h("div", { class: "row" }, config.needs.map((code) => h("button", { class: "chip", id: `need-${code}`, "aria-pressed": String(chosen.need === code), onclick: () => toggle(code) }, coded(code)))));
}

function identity() {
  const kinds = config.identities;
  const kind = kinds.includes(chosen.kind) ? chosen.kind : kinds[0];
  foot.replaceChildren(back(services));
  const pick = (one) => { chosen.kind = one; chosen.typed = ""; touched(); draw(); };
  const tell = () => { chosen.identity = { kind, value: chosen.typed }; go(making); };
  const without = () => { chosen.identity = null; go(making); };
  const field = pad(coded(kind), tell);
  return [heading(t("identify")), h("p", { class: "soft" }, t("identifyWhy")),
    h("div", { class: "row kinds" }, kinds.map((one) => h("button", { class: "chip", id: `kind-${one}`, "aria-pressed": String(one === kind), onclick: () => pick(one) }, coded(one)))),
    field, h("button", { class: "quiet large wide", onclick: without }, t("skip"))];
}

function pad(label, enter) {
  const changed = (typed) => { chosen.typed = typed; chosen.wrong = ""; touched(); };
  return keypad({ label, typed: chosen.typed ?? "", wrong: chosen.wrong ?? "", changed, enter });
}

// Who has an appointment says its code: for what and who they are is known by it.
function agreed() {
  foot.replaceChildren(h("button", { class: "quiet large", onclick: () => { chosen.typed = chosen.appointment = ""; go(services); } }, h("span", { class: "arrow", "aria-hidden": "true" }), t("back")));
  const tell = () => { chosen.appointment = chosen.typed; go(making); };
  return [heading(t("appointmentTitle")), pad(coded("appointmentCode"), tell)];
}

function making() {
  foot.replaceChildren();
  if (!chosen.asked) { chosen.asked = true; take(chosen); }
  return h("p", { class: "big center screen", role: "status" }, t("making"));
}

async function take(asked) {
  const { id, service, need, appointment } = asked;
  const who = asked.identity ? { identity: asked.identity } : {};
  try {
    asked.ticket = await request(`${base}/tickets`, { id, service: appointment ? "" : service.id, language: language(), need, appointment, ...who });
    if (asked !== chosen) return;
    go(given);
    if (PRINTS) setTimeout(() => print(), 300);
  } catch (refused) {
    if (asked !== chosen) return;
    asked.asked = false;
    asked.reason = [409, 429].includes(refused.status) && refused.code ? why(refused) : "";
    if ([400, 404, 422].includes(refused.status) && asked.typed) { asked.wrong = why(refused); asked.identity = null; asked.appointment = ""; go(appointment ? agreed : identity); }
    else { go(failed); refresh(); }
  }
}

function failed() {
  return h("div", { class: "center screen" }, h("p", { class: "big warn", role: "alert" }, chosen.reason || t("noAnswer")),
    h("div", { class: "row" }, h("button", { class: "main large", onclick: () => go(making) }, t("again")), h("button", { class: "quiet large", onclick: start }, t("start"))));
}

function given() {
  const { ticket } = chosen;
  const service = config.services.find((one) => one.id === ticket.service);
  const count = h("p", { id: "countdown", class: "soft", "aria-hidden": "true" });
  fill(foot, h("button", { class: "main large", onclick: start }, t("done")), PRINTS && h("button", { class: "quiet large", onclick: () => print() }, t("print")), count);
  announce(`${t("yourNumber")} ${ticket.number}`, true);
  const wait = ticket.wait_by && ticket.wait_seconds !== null && ticket.wait_seconds !== undefined;
  return h("article", { class: "slip" },
    h("div", { class: "slip-text" },
      h("p", { class: "slip-branch" }, named(config.name)),
      h("h2", { tabindex: "-1", class: "soft" }, t("yourNumber")),
      h("p", { class: "number", id: "number", "data-number": ticket.number }, h("bdi", {}, digits(ticket.number, language()))),
      h("p", { class: "big" }, named(service?.name ?? ticket.service)),
      h("dl", { class: "facts" },
        ticket.position && h("div", {}, h("dt", {}, t("inLine")), h("dd", {}, digits(ticket.position, language()))),
        wait && h("div", {}, h("dt", {}, t("estimate")), h("dd", {}, t("aboutMinutes", { n: minutes(ticket.wait_seconds) }), ticket.wait_by === "branch" && h("small", {}, t("guess"))))),
      h("p", { class: "slip-time" }, dayAndTime(ticket.taken_at, language(), config.zone))),
    h("div", { class: "qr" }, h("img", { src: `${new URL(ticket.link, location).pathname}/qr.svg`, alt: t("scan"), width: 300, height: 300 }), h("p", { "aria-hidden": "true" }, t("scan"))));
}

function start() {
  speak(config?.languages?.[0] ?? "en");
  chosen = fresh();
  document.getElementById("told-now")?.remove();
  still(false);
  go(begin);
}

function touched() { idle = 0; }

function tick() {
  drawClock();
  if (show === begin) return;
  idle += 1;
  const most = show === given ? TICKET_SECONDS : IDLE_SECONDS;
  left = most - idle;
  if (left <= 0) { start(); return; }
  const count = document.getElementById("countdown");
  if (count) count.textContent = t("backIn", { n: left });
  still(show !== given && left <= 15);
}

function drawClock() {
  document.getElementById("clock").textContent = time(Date.now(), language(), config?.zone);
}

function still(asks) {
  const place = document.getElementById("still");
  if (!asks) { place?.remove(); return; }
  if (!place) document.body.append(h("div", { id: "still", role: "alertdialog", "aria-label": t("still") }, h("p", { class: "big" }, t("still")), h("button", { class: "main large", onclick: () => still(false) }, t("yes"))));
}

async function refresh() {
  try {
    const told = await request(`${base}/config`);
    const changed = JSON.stringify(told) !== JSON.stringify(config);
    const first = !config;
    config = told;
    if (first) start();
    else if (changed && (show === begin || show === services)) draw();
  } catch (refused) {
    if (!config) fill(main, notHere(refused));
  }
}

// A finger that taps twice means one tap: the second, where the first changed the screen, meets what it did not mean.
let last = { at: 0, x: 0, y: 0, show: null };
addEventListener("click", (event) => {
  const now = { at: performance.now(), x: event.clientX, y: event.clientY, show };
  const again = now.at - last.at < TWICE_MS && Math.hypot(now.x - last.x, now.y - last.y) < TWICE_PIXELS;
  if (event.detail && again && last.show !== show) { event.stopPropagation(); event.preventDefault(); return; }
  last = now;
}, { capture: true });
for (const event of ["pointerdown", "keydown"]) addEventListener(event, touched, { passive: true });
addEventListener("contextmenu", (event) => event.preventDefault());
if (branch) {
  draw();
  refresh();
  setInterval(refresh, ASKS_EVERY);
  setInterval(tick, 1000);
  live(`${base}/display`, {
    probe: `${base}/config`,
    state: (told) => { counts = new Map(told.waiting.map((one) => [one.service, one.count])); main.querySelectorAll(".count").forEach(counted); },
    cut: (is) => { if (is) counts = new Map(); },
  });
}
