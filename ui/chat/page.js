/* What everything else is made with: what is kept over reloads, numbers and times, elements, and the frame in the page. */
const script = document.currentScript;
const base = new URL(script.src);
const at = (path) => new URL(path, base).href;

/* ---- what is kept over reloads ---- */
let identity = script.dataset.identity || "";
const subject = () => {
  try {
    const text = atob(identity.split(".")[0].replace(/-/g, "+").replace(/_/g, "/"));
    return JSON.parse(text).customer_number || "";
  } catch { return ""; }
};
const shelf = (store) => ({
  get(name, other) { try { return JSON.parse(store().getItem(key(name))) ?? other; } catch { return other; } },
  put(name, value) { try { store().setItem(key(name), JSON.stringify(value)); return true; } catch { return false; /* a page without storage */ } },
  drop(name) { try { store().removeItem(key(name)); } catch { /* it has none */ } },
  names(start) { try { return Object.keys(store()).filter((name) => name.startsWith(key(start))).map((name) => name.slice(key("").length)); } catch { return []; } },
});
const key = (name) => `hubChat:${base.host}:${subject()}:${name}`;
const local = shelf(() => localStorage), session = shelf(() => sessionStorage);
const random = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (n) => n.toString(16).padStart(2, "0")).join("");

/* ---- words, numbers, times ---- */
const asked = (script.dataset.language || document.documentElement.lang || navigator.language || "en").slice(0, 2).toLowerCase();
const language = WORDS[asked] ? asked : "en", rtl = language === "fa";
const locale = rtl ? "fa-IR" : /^en\b/.test(navigator.language) ? navigator.language : "en";
const t = (name, more = {}) => WORDS[language][name].replace(/\{(\w)\}/g, (_, one) => more[one] ?? "");
const number = (n) => new Intl.NumberFormat(locale).format(n);
const clock = (when) => new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(new Date(when));
const said = (texts) => (texts && (texts[language] || texts.en || Object.values(texts)[0])) || "";

/* ---- elements ---- */
const el = (tag, about = {}, ...inside) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one != null));
  return made;
};
const icon = (name) => {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
};
const button = (name, label, onclick, about = {}) => el("button", { type: "button", title: label, "aria-label": label, onclick, ...about }, icon(name));

const host = el("div", { id: "hub-chat" });
const shadow = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
sheet.replaceSync(CSS);
shadow.adoptedStyleSheets = [sheet];
const badge = el("span", { className: "badge", hidden: true, "aria-hidden": "true" });
const launch = button("chat", t("open"), () => show(true), { className: "launch", "aria-expanded": "false" });
launch.append(badge);
const title = el("h2", { id: "t" }, t("title")), sub = el("p", { className: "sub", role: "status" });
const menu = el("div", { className: "menu", hidden: true, id: "menu" });
const more = button("more", t("more"), () => toggleMenu(menu.hidden), { className: "more", "aria-expanded": "false", "aria-controls": "menu" });
const bar = el("div", { className: "bar", role: "status", hidden: true });
const log = el("div", { className: "log", role: "log", "aria-live": "off", "aria-label": t("log"), tabIndex: 0 });
/** What a screen reader says, each once: the log itself changes with every sign. */
const aloud = el("div", { className: "hide", role: "status" });
const announce = (text) => { aloud.append(el("p", { dir: "auto" }, text)); if (aloud.childElementCount > 5) aloud.firstChild.remove(); };
const chips = el("div", { className: "chips", hidden: true });
const pick = el("input", { type: "file", hidden: true, multiple: true, onchange: () => { for (const file of pick.files) upload(file); pick.value = ""; } });
const clip = button("clip", t("attach"), () => pick.click(), { hidden: true });
const box = el("textarea", { rows: 1, placeholder: t("write"), "aria-label": t("message"), oninput: drafted, onkeydown: entered });
const go = button("send", t("send"), submit, { className: "go" });
const write = el("div", { className: "write" }, clip, box, go, pick);
const talk = el("div", { className: "talk" }, bar, log, chips, write);
const panel = el("section", { className: "panel", hidden: true, role: "dialog", "aria-labelledby": "t", onkeydown: pressed, onpointerdown: pointed },
  el("header", {}, el("div", { className: "who" }, title, sub), more, button("close", t("close"), () => show(false)), menu), talk);
const root = el("div", { className: "root", dir: rtl ? "rtl" : "ltr", lang: language }, panel, launch, aloud);
shadow.append(root);

const dark = matchMedia("(prefers-color-scheme: dark)");
const paint = () => root.classList.toggle("dark", script.dataset.theme ? script.dataset.theme === "dark" : dark.matches);
dark.addEventListener("change", paint);
const color = script.dataset.color || "";
if (/^#[0-9a-f]{6}$/i.test(color)) {
  const [r, g, b] = [1, 3, 5].map((n) => (parseInt(color.slice(n, n + 2), 16) / 255) ** 2.2);
  const on = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.21 ? "#111820" : "#fff";
  sheet.insertRule(`.root:not(.dark){--accent:${color};--mine:${color};--on:${on};--my:${on}}`, sheet.cssRules.length);
}
/** Full screen on a phone: above its keyboard, and whatever zoom the page has given itself. */
const small = matchMedia("(max-width:480px)"), view = window.visualViewport;
function fit() {
  const whole = small.matches && !panel.hidden;
  root.style.zoom = 1 / (host.currentCSSZoom || 1);
  panel.ariaModal = whole ? "true" : null;
  const above = whole && view && view.scale === 1;
  panel.style.height = above ? `${view.height}px` : "";
  root.style.top = above ? `${view.offsetTop}px` : "";
  if (above) log.scrollTop = log.scrollHeight;
}
small.addEventListener("change", fit);
view?.addEventListener("resize", fit);
view?.addEventListener("scroll", fit);
