// The hall's display: who is called to which desk, large; the calls before; who waits; and the calls spoken.

import { base, branch, live, request } from "./asking.js";
import { callClips } from "./announcement.js";
import { announce, fill, h } from "./dom.js";
import { RIGHT_TO_LEFT, digits, minutes, time } from "./numbers.js";
import { Speaker } from "./speaker.js";
import { named, notHere, speak, t } from "./words.js";

const LARGE = 4;
const HIGHLIGHT_SECONDS = 12;
const SPOKEN_SECONDS = 60;

let config = null;
let state = null;
let heard = null;
let behind = 0;
const speaker = new Speaker("/pages/clips");
const sound = h("button", { class: "main", id: "sound", onclick: () => speaker.wake().then(soundShown) });
const cut = h("p", { class: "strip", role: "status", hidden: true });
const calls = h("section", { class: "calls" });
const lines = h("aside", { class: "lines" });
document.body.append(
  h("header", { class: "top" }, h("h1", { id: "name" }), sound, h("p", { id: "clock", class: "clock", "aria-hidden": "true" })),
  cut, h("main", { class: "hall" }, calls, lines));

const inAll = (key, about) => config.languages.map((code) => t.of(code)(key, about)).join(" · ");
// The same on the page: each language with its own direction.
const both = (key, about) => h("span", { class: "both" }, config.languages.map((code) => h("span", { lang: code, dir: RIGHT_TO_LEFT.has(code) ? "rtl" : "ltr" }, t.of(code)(key, about))));
const keyOf = (call) => `${call.number} ${call.desk} ${call.calls} ${call.at}`;
// The number as on the ticket in the visitor's hand.
const number = (call) => h("bdi", {}, digits(call.number, call.language));
const desk = (call) => h("bdi", {}, digits(call.desk, call.language));

function heading() {
  return h("div", { class: "call-heads" }, h("span", {}, both("ticket")), h("span", {}, both("desk")));
}

// By the branch's clock: the screen's own may be wrong.
const age = (call) => (Date.now() - behind - Date.parse(call.at)) / 1000;

function called(call, index) {
  const fresh = age(call) < HIGHLIGHT_SECONDS;
  return h("li", { class: `call${index === 0 && fresh ? " fresh" : ""}${call.over ? " past" : ""}`, "data-number": call.number, "data-desk": call.desk },
    h("span", { class: "call-number" }, number(call)), h("span", { class: "call-arrow", "aria-hidden": "true" }), h("span", { class: "call-desk" }, desk(call)));
}

function draw() {
  if (!config || !state) return;
  document.getElementById("name").textContent = config.languages.map((code) => named(config.name, code)).join(" · ");
  const [large, small] = [state.called.slice(0, LARGE), state.called.slice(LARGE)];
  fill(calls, h("h2", { class: "unseen" }, both("called")), heading(),
    large.length ? h("ol", { class: "large-calls" }, large.map(called)) : h("p", { class: "big center soft no-calls" }, both("noCalls")),
    small.length && h("section", { class: "before" }, h("h2", {}, both("before")), h("ol", { class: "small-calls" }, small.map((call) => h("li", {}, number(call), h("span", { "aria-hidden": "true", class: "call-arrow" }), desk(call))))));
  fill(lines, h("h2", {}, both("waiting")), h("ul", {}, state.waiting.map(line)));
}

function line(one) {
  const service = config.services.find((each) => each.id === one.service);
  return h("li", {}, h("span", { class: "letter", "aria-hidden": "true" }, one.letter),
    h("span", { class: "what" }, config.languages.map((code) => h("span", { lang: code }, named(service?.name ?? one.service, code)))),
    h("span", { class: "line-count" }, digits(one.count, config.languages[0]), one.count && one.wait_by ? h("small", {}, both("aboutMinutes", { n: minutes(one.wait_seconds) })) : null),
    one.count && one.wait_by === "branch" ? h("small", { class: "guess" }, both("guess")) : null);
}

// Speaks what is new since the last state; at the first one nothing: a page that was opened late calls nobody again. Nor
// are those called who came and went while the branch was not heard.
function speakNew() {
  const now = new Set(state.called.map(keyOf));
  const fresh = heard ? state.called.filter((call) => !heard.has(keyOf(call)) && !call.over && age(call) < SPOKEN_SECONDS).reverse() : [];
  heard = now;
  for (const call of fresh) {
    speaker.say(callClips(call, config.languages));
    announce(config.languages.map((code) => `${t.of(code)("ticket")} ${call.number}, ${t.of(code)("desk")} ${call.desk}`).join(". "), true);
  }
}

function drawClock() {
  document.getElementById("clock").textContent = time(Date.now() - behind, config.languages[0], config.zone);
}

function soundShown() { sound.hidden = speaker.awake(); sound.textContent = t("soundOn"); }

async function begin() {
  try { config = await request(`${base}/config`); } catch (refused) { fill(calls, notHere(refused)); setTimeout(begin, 2000); return; }
  speak(config.languages[0]);
  document.title = inAll("called");
  soundShown();
  speaker.wake().then(soundShown, soundShown);
  live(`${base}/display`, {
    probe: `${base}/config`,
    state: (told) => { state = told; behind = Date.now() - Date.parse(told.at); draw(); speakNew(); },
    cut: (is) => { cut.hidden = !is; cut.replaceChildren(both("noConnection")); },
  });
  drawClock();
  setInterval(drawClock, 1000);
  setInterval(draw, 5000);
}

if (branch) begin();
