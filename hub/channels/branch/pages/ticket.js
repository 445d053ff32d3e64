// The ticket on the customer's phone: place in line, wait, and the call; they may leave the line, or say something.

import { live, ownId, request } from "./asking.js";
import { announce, ask, fill, h } from "./dom.js";
import { dayAndTime, digits, minutes, time } from "./numbers.js";
import { language, named, phase, speak, t, why } from "./words.js";

const own = `/t/${encodeURIComponent(decodeURIComponent(location.pathname.split("/")[2] ?? ""))}`;
const OVER = new Set(["served", "no_show", "left"]);

let ticket = null;
let config = null;
let failed = "";
let calledBefore = 0;
let unsent = { id: ownId(), text: "" };
const cut = h("p", { class: "strip", role: "status", hidden: true });
const choose = h("button", { class: "quiet", id: "other-language", onclick: () => { speak(language() === "fa" ? "en" : "fa"); draw(); } });
const main = h("div", { class: "shown" });
const talk = h("section", { class: "talk", hidden: true });
document.body.append(h("header", { class: "top" }, h("h1", { id: "name" }), choose), cut, h("main", {}, main, talk));

function draw() {
  choose.textContent = t.of(language() === "fa" ? "en" : "fa")("language");
  choose.lang = language() === "fa" ? "en" : "fa";
  document.getElementById("name").textContent = config ? named(config.name) : t("yourTicket");
  document.title = t("yourTicket");
  if (failed) { talk.hidden = true; fill(main, h("p", { class: "big center warn", role: "alert" }, t(failed))); return; }
  if (!ticket) { fill(main, h("p", { class: "center big" }, t("making"))); return; }
  document.title = ticket.phase === "called" ? `● ${t("yourTurn")}` : `${digits(ticket.number, language())} · ${phase(ticket.phase)}`;
  document.body.dataset.phase = ticket.phase;
  fill(main, head(), (BODIES[ticket.phase] ?? BODIES.waiting)());
  drawTalk();
}

function head() {
  const service = config?.services.find((one) => one.id === ticket.service);
  return h("section", { class: "ticket-head" }, h("h2", { class: "soft" }, t("yourNumber")),
    h("p", { class: "number", id: "number", "data-number": ticket.number }, h("bdi", {}, digits(ticket.number, language()))),
    h("p", {}, named(service?.name ?? ticket.service)));
}

const BODIES = {
  waiting: () => [
    h("dl", { class: "facts cards" },
      ticket.position && h("div", {}, h("dt", {}, t("inLine")), h("dd", { id: "position" }, digits(ticket.position, language()))),
      ticket.wait_by && ticket.wait_seconds !== null && h("div", {}, h("dt", {}, t("estimate")), h("dd", { id: "wait" }, t("aboutMinutes", { n: minutes(ticket.wait_seconds) }), ticket.wait_by === "branch" && h("small", {}, t("guess"))))),
    h("p", { class: "center" }, t("pleaseWait")),
    h("p", { class: "center soft" }, t("takenAt", { time: time(ticket.taken_at, language(), config?.zone) })),
    h("button", { class: "quiet wide", id: "leave", onclick: leave }, t("leave"))],
  called: () => h("section", { class: "called" }, h("p", { class: "big" }, t("yourTurn")), h("p", {}, t("goTo")), h("p", { class: "desk-name", id: "desk" }, deskName())),
  parked: () => [h("p", { class: "big center" }, phase("parked")), h("p", { class: "center" }, t("parkedTell")), h("button", { class: "quiet wide", id: "leave", onclick: leave }, t("leave"))],
  served: () => over("servedTell"),
  no_show: () => over("noShowTell"),
  left: () => over("leftTell"),
};

function over(tell) {
  return h("section", { class: "center over" }, h("p", { class: "big" }, phase(ticket.phase)), h("p", {}, t(tell)),
    ticket.ended_at && h("p", { class: "soft" }, dayAndTime(ticket.ended_at, language(), config?.zone)));
}

function deskName() {
  const desk = config?.desks.find((one) => one.id === ticket.desk);
  const name = desk && named(desk.name);
  return name && name !== ticket.desk ? digits(name, language()) : t("deskOf", { desk: ticket.desk });
}

function drawTalk() {
  talk.hidden = OVER.has(ticket.phase);
  if (!talk.childElementCount) talk.append(h("ul", { id: "said" }), h("form", { id: "say", onsubmit: send }, h("label", { for: "text" }), h("textarea", { id: "text", rows: 2, maxlength: 1000 }), h("button", { class: "quiet" })));
  talk.querySelector("label").textContent = t("message");
  talk.querySelector("button").textContent = t("send");
  fill(talk.querySelector("ul"), (ticket.messages ?? []).map((one) => h("li", {}, h("span", { dir: "auto" }, one.text), h("small", {}, time(one.at, language(), config?.zone)))));
}

async function leave() {
  const sure = await ask(t("leaveAsk"), [], { yes: t("leave"), no: t("stay"), danger: true });
  if (sure) await attempt(async () => shown(await request(`${own}/leave`, {})));
}

async function send(event) {
  event.preventDefault();
  const box = document.getElementById("text");
  const text = box.value.trim();
  if (!text) return;
  if (unsent.text !== text) unsent = { id: ownId(), text };
  await attempt(async () => {
    shown(await request(`${own}/messages`, unsent));
    unsent = { id: ownId(), text: "" };
    box.value = "";
    announce(t("sent"));
  });
}

async function attempt(what) {
  try { await what(); } catch (refused) {
    await ask(refused.status ? t("notDone", { reason: why(refused) }) : t("unsure"), [], { yes: t("yes"), no: t("cancel") });
  }
}

function shown(told) {
  const first = !ticket;
  const was = ticket?.phase;
  ticket = told;
  if (first) { speak(["fa", "en"].includes(ticket.language) ? ticket.language : "en"); know(); }
  draw();
  if (ticket.phase === "called" && (ticket.calls > calledBefore || was !== "called")) {
    announce(`${t("yourTurn")}. ${t("goTo")} ${deskName()}`, true);
    if (!first) navigator.vibrate?.([300, 150, 300]);
  } else if (ticket.phase === "waiting" && ticket.position) announce(`${t("inLine")} ${digits(ticket.position, language())}`);
  calledBefore = ticket.calls ?? 0;
}

async function know() {
  try { config = await request(`/b/${encodeURIComponent(ticket.branch)}/config`); draw(); } catch (refused) { if (!refused.status) setTimeout(know, 10_000); }
}

speak(navigator.language?.startsWith("fa") ? "fa" : "en");
draw();
live(`${own}/live`, { probe: own, state: shown, cut: (is) => { cut.hidden = !is; cut.textContent = t("noConnection"); }, gone: () => { failed = "unknownTicket"; draw(); } });
// A WebSocket doesn't tell a browser why it was refused before it opened: the plain address does.
request(own).then((told) => { if (!ticket) shown(told); }, (refused) => { if (refused.status === 404) { failed = "unknownTicket"; draw(); } });
