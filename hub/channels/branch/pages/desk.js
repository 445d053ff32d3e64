// The desk: an agent calls the next visitor, sees who it is, and says what became of the visit. By mouse or by key.

import { base, branch, live, ownId, request } from "./asking.js";
import { announce, ask, choice, field, fill, h } from "./dom.js";
import { apart, digits, duration, latin, time } from "./numbers.js";
import { coded, language, named, notHere, speak, t, why } from "./words.js";

const stored = `hub-desk-${branch}`;
const kept = { language: "en", keys: true, ...JSON.parse(localStorage.getItem(stored) ?? "{}") };
const keep = (more) => localStorage.setItem(stored, JSON.stringify(Object.assign(kept, more)));

let config = null;
let token = sessionStorage.getItem(stored) ?? "";
let state = null;
let line = null;
let isCut = true;
let busy = false;
let wrong = "";
let sitting = "";

const cut = h("p", { class: "strip bad", role: "status", id: "cut", hidden: true });
const away = h("p", { class: "strip", role: "status", id: "away", hidden: true });
const told = h("p", { class: "strip bad", role: "alert", id: "refused", hidden: true });
const title = h("h1", { id: "title" });
const tools = h("div", { class: "row" });
const main = h("main", { id: "main" });
document.body.append(h("header", { class: "top" }, title, tools), cut, away, told, main);

function draw() {
  title.textContent = state ? `${deskName(state.desk)} · ${state.name || state.agent}` : t("desk");
  document.title = state?.visit ? `${state.visit.number} · ${t("deskOf", { desk: state.desk })}` : t("desk");
  cut.hidden = !(state && isCut);
  cut.textContent = t("noConnection");
  away.hidden = state?.link !== "away";
  away.textContent = t("away");
  fill(tools, languageButton(), state && h("button", { class: "quiet", id: "sign-out", onclick: signOut }, t("signOut")));
  fill(main, state ? [h("div", { class: "work" }, visitor(), actions()), side()] : config ? signInForm() : h("p", { class: "center" }, t("making")));
  tick();
}

function languageButton() {
  const other = language() === "fa" ? "en" : "fa";
  return h("button", { class: "quiet", id: "other-language", lang: other, onclick: () => { speak(other); keep({ language: other }); draw(); } }, t.of(other)("language"));
}

const deskName = (id) => {
  const name = named(config?.desks.find((one) => one.id === id)?.name);
  return name && name !== id ? digits(name, language()) : t("deskOf", { desk: id });
};
const serviceName = (id) => named(config?.services.find((one) => one.id === id)?.name) || id;
const number = (visit) => h("bdi", {}, digits(visit.number, language()));

function signInForm() {
  const desks = choice(config.desks.map((one) => [one.id, deskName(one.id)]), { value: kept.desk ?? config.desks[0]?.id });
  return h("form", { class: "sign-in panel", id: "sign-in", onsubmit: signIn }, h("h2", {}, t("signIn")), h("p", { class: "soft" }, named(config.name)),
    field("desk", t("desk"), desks), field("agent", t("agent"), h("input", { required: true, autocomplete: "username", value: kept.agent ?? "", dir: "ltr" })),
    field("pin", t("pin"), h("input", { type: "password", required: true, inputmode: "numeric", autocomplete: "current-password", dir: "ltr" })),
    wrong && h("p", { class: "warn", role: "alert" }, wrong), sitting && h("p", { class: "soft" }, t("insteadTell", { who: sitting })),
    h("button", { class: "main large wide" }, t("signIn")), sitting && h("button", { class: "danger-quiet wide", name: "instead", value: "yes", id: "instead" }, t("instead", { who: sitting })));
}

async function signIn(event) {
  event.preventDefault();
  const about = Object.fromEntries(new FormData(event.target));
  const instead = event.submitter?.id === "instead";
  keep({ desk: about.desk, agent: about.agent });
  try {
    const answer = await request(`${base}/desk/sign-in`, { ...about, pin: latin(about.pin), instead });
    [wrong, sitting] = ["", ""];
    token = answer.token;
    sessionStorage.setItem(stored, token);
    isCut = false;
    shown(answer.state);
    follow();
  } catch (refused) {
    wrong = [401, 403].includes(refused.status) ? t("wrongPin") : refusalText(refused);
    sitting = refused.code === "taken_desk" ? refused.about.who : "";
    draw();
    const pin = document.getElementById("pin");
    if (sitting) pin.value = about.pin; else pin.focus();
  }
}

function follow() {
  line?.stop();
  line = live(`${base}/desk/live`, { token, probe: `${base}/config`, state: (now) => { isCut = false; shown(now); }, cut: (is) => { if (isCut !== is) { isCut = is; draw(); } }, gone: forget });
}

function forget() {
  line?.stop();
  [line, token, state] = [null, "", null];
  sessionStorage.removeItem(stored);
  draw();
}

async function signOut() {
  try { await request(`${base}/desk/sign-out`, {}, { token }); } catch (refused) { if (refused.status !== 401) { refusal(refusalText(refused)); return; } }
  forget();
}

function shown(now) {
  const came = now.visit && now.visit.ticket !== state?.visit?.ticket;
  state = now;
  draw();
  if (came) announce(`${t("ticket")} ${now.visit.number}. ${serviceName(now.visit.service)}`, true);
}

function visitor() {
  const visit = state.visit;
  if (!visit) {
    return h("section", { class: "panel visitor empty", "aria-labelledby": "nobody" },
      h("h2", { id: "nobody", class: "big soft" }, state.wants_next ? t("waitNext") : t("nobodyHere")), state.wants_next && h("div", { class: "pulse", "aria-hidden": "true" }));
  }
  const identity = visit.identity ? `${coded(visit.identity.kind)} ${apart(visit.identity.value, language())}` : t("unknownWho");
  const facts = [
    ["who", identity], ["name", visit.name], ["segment", visit.segment && coded(visit.segment)], ["stage", visit.stage && coded(visit.stage)], ["need", visit.need && coded(visit.need)],
    ["appointment", visit.appointment && digits(visit.appointment, language())],
    ["languageOf", visit.language && (t.of(visit.language)("language"))], ["priority", visit.priority ? digits(visit.priority, language()) : ""], ["note", visit.note]];
  return h("section", { class: "panel visitor", "aria-labelledby": "number" },
    h("div", { class: "visitor-head" },
      h("h2", { class: "number", id: "number", "data-number": visit.number }, number(visit)),
      h("div", {}, h("p", { class: "big" }, serviceName(visit.service)), h("p", { class: "soft" }, visit.calls > 1 ? t("calledTimes", { n: visit.calls }) : t("calledOnce"))),
      h("div", { class: "clock-box" }, h("span", { class: "soft" }, t("elapsed")), h("span", { class: "elapsed", id: "elapsed", role: "timer" }))),
    h("dl", { class: "about" }, facts.filter(([, value]) => value).map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, h("bdi", {}, value)))),
      h("div", {}, h("dt", {}, t("waited")), h("dd", {}, digits(duration((Date.parse(visit.called_at) - Date.parse(visit.taken_at)) / 1000), language())))),
    visit.notes?.length ? h("section", {}, h("h3", {}, t("notes")), h("ul", { class: "notes" }, visit.notes.map((one) => h("li", {}, h("small", {}, time(one.at, language(), config.zone)), " ", h("span", { dir: "auto" }, one.text))))) : null);
}

const ACTIONS = {
  next: { key: "KeyN", text: "callNext", kind: "main", may: () => !state.visit && !state.wants_next, run: () => act("next") },
  "cancel-next": { key: "KeyC", text: "cancelNext", kind: "quiet", may: () => state.wants_next && !state.visit, run: () => act("cancel-next") },
  end: { key: "KeyE", text: "end", kind: "main", may: () => state.visit, run: askEnd },
  recall: { key: "KeyR", text: "recall", kind: "quiet", may: () => state.visit, run: () => act("recall") },
  park: { key: "KeyP", text: "park", kind: "quiet", may: () => state.visit, run: askPark },
  transfer: { key: "KeyT", text: "transfer", kind: "quiet", may: () => state.visit, run: askTransfer },
  "no-show": { key: "KeyX", text: "noShow", kind: "danger-quiet", may: () => state.visit, run: () => act("no-show") },
  "walk-in": { key: "KeyW", text: "walkIn", kind: "quiet", may: () => !state.visit, run: askWalkIn },
};

function actions() {
  const shownNow = Object.entries(ACTIONS).filter(([, one]) => one.may());
  return h("div", { class: "actions", role: "group", "aria-label": t("actions") }, shownNow.map(([name, one]) => h("button", {
    id: `do-${name}`, class: `${one.kind} large`, disabled: busy || isCut, onclick: one.run, "aria-keyshortcuts": kept.keys ? one.key.slice(3) : null,
  }, t(one.text), kept.keys && h("kbd", { "aria-hidden": "true" }, one.key.slice(3)))));
}

function side() {
  const toggle = h("input", { type: "checkbox", id: "keys", checked: kept.keys, onchange: (event) => { keep({ keys: event.target.checked }); draw(); } });
  return h("aside", { class: "side" },
    h("section", { class: "panel" }, h("h2", {}, t("waiting")), h("ul", { class: "queue" }, state.waiting.map((one) => h("li", { "data-service": one.service },
      h("span", { class: "letter", "aria-hidden": "true" }, one.letter), h("span", { class: "what" }, serviceName(one.service), one.since && h("small", {}, t("since", { time: time(one.since, language(), config.zone) }))), h("strong", { class: "line-count" }, digits(one.count, language())))))),
    h("section", { class: "panel" }, h("h2", {}, t("parkedHere")), state.parked.length ? h("ul", { class: "queue", id: "parked" }, state.parked.map(parked)) : h("p", { class: "soft" }, t("empty"))),
    state.notices.length ? h("section", { class: "panel" }, h("h2", {}, t("messages")), h("ul", { class: "notes", id: "notices" }, state.notices.map((one) => h("li", { dir: "auto" }, one)))) : null,
    h("section", { class: "panel keys" }, h("label", { class: "row" }, toggle, " ", t("shortcuts")), kept.keys && h("p", { class: "soft" }, t("keys"))));
}

function parked(visit) {
  return h("li", {}, h("span", { class: "what" }, h("strong", {}, number(visit)), h("small", {}, serviceName(visit.service))),
    h("button", { class: "quiet", id: `resume-${visit.ticket}`, disabled: busy || isCut || Boolean(state.visit), "aria-label": `${t("resume")} ${visit.number}`, onclick: () => act("resume", { ticket: visit.ticket }) }, t("resume")));
}

// Why it is not done; empty: it is.
async function tried(what, about = {}) {
  if (busy || isCut) return isCut ? t("noConnection") : "";
  busy = true;
  told.hidden = true;
  draw();
  let reason = "";
  try { state = await request(`${base}/desk/${what}`, about, { token }); } catch (refused) {
    if (refused.status === 401) { busy = false; forget(); return ""; }
    reason = refusalText(refused);
  }
  busy = false;
  draw();
  return reason;
}

async function act(what, about) {
  refusal(await tried(what, about));
  if (document.activeElement === document.body) main.querySelector(".actions button")?.focus({ preventScroll: true });
}

const refusalText = (refused) => (refused.status ? t("notDone", { reason: why(refused) }) : t("unsure"));

function refusal(reason) {
  told.hidden = !reason;
  told.textContent = reason;
}

const buttons = (yes, what, about) => ({ yes, no: t("cancel"), run: (answer) => tried(what, about(answer)) });

async function askEnd() {
  const codes = config.wrap_up.map((code) => [code, coded(code)]);
  if (!codes.length) { await act("end", { code: "" }); return; }
  await ask(t("end"), field("code", t("code"), choice(codes, { value: codes[0][0] })), buttons(t("end"), "end", ({ code }) => ({ code })));
}

async function askPark() {
  const about = ({ minutes, reason }) => ({ minutes: Math.min(600, Number(latin(minutes)) || 0), reason });
  await ask(t("park"), [field("minutes", t("minutesLong"), h("input", { inputmode: "numeric", value: "0", pattern: "[0-9۰-۹]{1,3}" })), field("reason", t("reason"), h("input", { maxlength: 200 }))], buttons(t("park"), "park", about));
}

async function askTransfer() {
  const services = config.services.filter((one) => one.id !== state.visit?.service).map((one) => [one.id, named(one.name)]);
  const desks = [["", t("nowhere")], ...config.desks.filter((one) => one.id !== state.desk).map((one) => [one.id, deskName(one.id)])];
  const about = (answer) => (answer.desk ? { ...answer, service: "" } : answer);
  await ask(t("transfer"), [field("service", t("toService"), choice([...services, ["", t("nowhere")]], { value: services[0]?.[0] ?? "" })), field("desk", t("toDesk"), choice(desks)), field("reason", t("reason"), h("input", { maxlength: 200 }))], buttons(t("transfer"), "transfer", about));
}

async function askWalkIn() {
  const served = config.desks.find((one) => one.id === state.desk)?.services ?? [];
  const services = config.services.filter((one) => !served.length || served.includes(one.id)).map((one) => [one.id, named(one.name)]);
  const kinds = [["", t("noIdentity")], ...config.identities.map((one) => [one, coded(one)])];
  const spoken = config.languages.map((code) => [code, t.of(code)("language")]);
  const needs = [["", t("noNeed")], ...config.needs.map((one) => [one, coded(one)])];
  const id = ownId();
  const about = ({ kind, value, ...more }) => ({ ...more, id, ...(kind && value ? { identity: { kind, value: latin(value) } } : {}) });
  const first = config.languages.includes(language()) ? language() : config.languages[0];
  await ask(t("walkIn"), [field("service", t("service"), choice(services, { value: services[0]?.[0] })), field("language", t("languageOf"), choice(spoken, { value: first })),
    field("name", t("name"), h("input", { maxlength: 200 })), field("need", t("need"), choice(needs)),
    field("kind", t("identityKind"), choice(kinds)), field("value", t("identityValue"), h("input", { dir: "ltr", maxlength: 64 })),
    field("note", t("note"), h("input", { maxlength: 1000 }))], { ...buttons(t("walkIn"), "walk-in", about), wide: true });
}

// Keys work in any layout of the keyboard, never while something is typed, and can be switched off.
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, dialog") || document.querySelector("dialog[open]");
  if (!state || !kept.keys || typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  const action = Object.values(ACTIONS).find((one) => one.key === event.code && one.may());
  if (action) { event.preventDefault(); action.run(); }
});

function tick() {
  const place = document.getElementById("elapsed");
  if (place && state?.visit?.called_at) place.textContent = digits(duration((Date.now() - Date.parse(state.visit.called_at)) / 1000), language());
}

async function begin() {
  try { config = await request(`${base}/config`); } catch (refused) { fill(main, notHere(refused)); setTimeout(begin, 2000); return; }
  draw();
  if (token) follow();
}

speak(kept.language);
draw();
begin();
setInterval(tick, 1000);
