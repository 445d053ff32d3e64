/* The chat in a page: one script tag, everything of it in a shadow root, `hubChat` its only global. No build: this is
   what browsers load. */
(() => {
  "use strict";
  if (window.hubChat) return;
  const script = document.currentScript;
  const base = new URL(script.src);
  const at = (path) => new URL(path, base).href;

  const WORDS = {
    en: {
      title: "Chat with us", open: "Open chat", close: "Close chat", end: "End chat", send: "Send", attach: "Attach a file",
      write: "Write a message…", message: "Message", you: "You", agent: "Agent", log: "Conversation", unread: "{n} unread",
      connecting: "Connecting…", offline: "You are offline. What you write is kept.", away: "This takes longer than usual. Your message is kept and sent again.",
      asked: "Sent. Somebody will be with you shortly.", next: "You are next in line.", place: "You are number {n} in line.", wait: "About {m} min.",
      soon: "Less than a minute.", talking: "You are talking to {a}", somebody: "our team", parked: "{a} is looking into it and will write to you here.",
      over: "This chat has ended. Write to begin a new one.", idle: "You were away, so this chat was closed. Write to go on.", closed: "Nobody is here right now.", opens: "We are back {t}.",
      full: "All lines are busy right now.", typing: "{a} is writing", seen: "Seen", sending: "Sending…", failed: "Not sent", toobig: "This file is too large.", toomany: "No more than {n} files at once.",
      badfile: "This file can’t be sent.", name: "Name", email: "E-mail", phone: "Phone", start: "Start chat", required: "Please fill in this field.", check: "Please check this field.",
      leave: "Leave us a message", leaveHint: "We answer by e-mail.", text: "Your message", leaveSend: "Send message", back: "Back to the chat",
      left: "Thank you. We have your message and answer by e-mail.", verify: "Confirm it’s you", verifyHint: "We send you a code.", sendCode: "Send code", code: "Code",
      codeSent: "We sent a code to {v}.", confirm: "Confirm", proven: "Confirmed: {v}", badCode: "This is not the code, or it is too old. Check it, or have a new one sent.", noCode: "No code could be sent there. Check it, or try again later.", newCode: "Send a new code", other: "Another address", transcript: "Send me this chat by e-mail",
      transcriptSent: "The chat was sent to {v}.", transcriptFail: "Confirm your e-mail first.", more: "More", greeting: "Hello! How can we help?", remove: "Remove", again: "Send again", edit: "Edit", long: "this message is too long", gone: "its file is gone: attach it again", instead: "{k} instead", unmailed: "This didn’t work. Try again later.",
    },
    fa: {
      title: "گفت‌وگو با ما", open: "باز کردن گفت‌وگو", close: "بستن گفت‌وگو", end: "پایان گفت‌وگو", send: "فرستادن", attach: "پیوست فایل",
      write: "پیام خود را بنویسید…", message: "پیام", you: "شما", agent: "کارشناس", log: "گفت‌وگو", unread: "{n} پیام خوانده‌نشده",
      connecting: "در حال اتصال…", offline: "اینترنت شما قطع است. نوشته‌تان نگه داشته می‌شود.", away: "کمی بیشتر از معمول طول می‌کشد. پیام شما نگه داشته و دوباره فرستاده می‌شود.",
      asked: "فرستاده شد. به‌زودی پاسخ می‌دهیم.", next: "نفر بعدی شمایید.", place: "شما نفر {n} در صف هستید.", wait: "حدود {m} دقیقه.",
      soon: "کمتر از یک دقیقه.", talking: "در گفت‌وگو با {a}", somebody: "همکاران ما", parked: "{a} پیگیر است و همین‌جا به شما می‌نویسد.",
      over: "این گفت‌وگو پایان یافت. برای گفت‌وگوی تازه بنویسید.", idle: "مدتی نبودید و گفت‌وگو بسته شد. برای ادامه بنویسید.", closed: "اکنون کسی این‌جا نیست.", opens: "{t} بازمی‌گردیم.",
      full: "اکنون همهٔ کارشناسان مشغول‌اند.", typing: "{a} در حال نوشتن است", seen: "دیده شد", sending: "در حال فرستادن…", failed: "فرستاده نشد", toobig: "این فایل بیش از اندازه بزرگ است.", toomany: "بیش از {n} فایل با هم نمی‌شود.",
      badfile: "این فایل را نمی‌توان فرستاد.", name: "نام", email: "ایمیل", phone: "تلفن", start: "آغاز گفت‌وگو", required: "این خانه را پر کنید.", check: "این خانه را بررسی کنید.",
      leave: "برای ما پیام بگذارید", leaveHint: "با ایمیل پاسخ می‌دهیم.", text: "پیام شما", leaveSend: "فرستادن پیام", back: "بازگشت به گفت‌وگو",
      left: "سپاس. پیام شما رسید و با ایمیل پاسخ می‌دهیم.", verify: "تأیید هویت", verifyHint: "برای شما کدی می‌فرستیم.", sendCode: "فرستادن کد", code: "کد",
      codeSent: "کدی به {v} فرستادیم.", confirm: "تأیید", proven: "تأیید شد: {v}", badCode: "این کد درست نیست یا کهنه شده است. بررسی کنید یا کد تازه‌ای بخواهید.", noCode: "نشد کدی به آن‌جا فرستاده شود. بررسی کنید یا کمی بعد دوباره بکوشید.", newCode: "فرستادن کد تازه", other: "نشانی دیگر", transcript: "فرستادن این گفت‌وگو به ایمیل من",
      transcriptSent: "گفت‌وگو به {v} فرستاده شد.", transcriptFail: "نخست ایمیل خود را تأیید کنید.", more: "بیشتر", greeting: "سلام! چه کمکی از ما برمی‌آید؟", remove: "برداشتن", again: "فرستادن دوباره", edit: "ویرایش", long: "پیام بیش از اندازه بلند است", gone: "فایل آن دیگر نیست: دوباره پیوست کنید", instead: "با {k}", unmailed: "نشد. کمی بعد دوباره بکوشید.",
    },
  };
  const OPEN = ["asked", "waiting", "talking", "parked"];
  const ICONS = {
    chat: "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1H9l-5 4V5a1 1 0 0 1 0-1z",
    close: "M6 6l12 12M18 6L6 18", send: "M4 12l16-8-6 16-3-7z", more: "M12 6h.01M12 12h.01M12 18h.01",
    clip: "M8 12.5l6-6a3 3 0 0 1 4.2 4.2l-8 8a5 5 0 0 1-7-7l7.5-7.5", file: "M7 3h7l4 4v14H7zM14 3v4h4",
  };
  const CSS = `
  :host{all:initial!important}
  *{box-sizing:border-box}
  [hidden]{display:none!important}
  .talk{display:contents}
  .root{--accent:#0b57d0;--on:#fff;--my:#fff;--bg:#fff;--soft:#f1f4f9;--line:#d7dde6;--text:#1b2430;--dim:#566273;--mine:#0b57d0;--bad:#b3261e;--focus:#0b57d0;
    font:400 15px/1.5 system-ui,"Vazirmatn","Segoe UI",Roboto,"Noto Sans","Noto Sans Arabic",Tahoma,sans-serif;color:var(--text);color-scheme:light;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px}
  .dark{color-scheme:dark;--accent:#a8c7fa;--on:#0a2a5e;--bg:#171b21;--soft:#242a33;--line:#3a4350;--text:#e6eaf0;--dim:#a9b4c2;--mine:#1f4e99;--my:#fff;--bad:#f2b8b5;--focus:#a8c7fa}
  button,input,textarea{font:inherit;color:inherit}
  button{cursor:pointer;border:0;background:none;border-radius:8px}
  :focus-visible{outline:2px solid var(--focus);outline-offset:2px}
  svg{width:22px;height:22px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round;display:block}
  .launch{width:58px;height:58px;border-radius:50%;background:var(--accent);color:var(--on);display:grid;place-items:center;box-shadow:0 6px 20px rgba(10,20,40,.28);position:relative;margin-inline-start:auto;transition:transform .15s}
  .launch:hover{transform:scale(1.05)}
  .launch svg{width:27px;height:27px}
  .badge{position:absolute;top:-3px;inset-inline-end:-3px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#b3261e;color:#fff;font-size:12px;line-height:22px;text-align:center;font-weight:600}
  .panel{width:380px;height:min(620px,calc(100vh - 40px));height:min(620px,calc(100dvh - 40px));background:var(--bg);border:1px solid var(--line);border-radius:16px;box-shadow:0 16px 48px rgba(10,20,40,.3);display:flex;flex-direction:column;overflow:hidden}
  header{display:flex;align-items:center;gap:4px;padding:12px 16px;background:var(--accent);color:var(--on);position:relative}
  .who{flex:1;min-width:0}
  h2{font-size:16px;font-weight:600;line-height:1.35;margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
  .sub{font-size:13px;margin:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
  header button{width:36px;height:36px;display:grid;place-items:center;flex:none}
  header button:hover{background:rgba(127,127,127,.25)}
  header :focus-visible{outline-color:var(--on)}
  .menu{position:absolute;top:calc(100% - 6px);inset-inline-end:12px;background:var(--bg);color:var(--text);border:1px solid var(--line);border-radius:10px;box-shadow:0 8px 24px rgba(10,20,40,.25);padding:4px;z-index:2;display:flex;flex-direction:column;min-width:190px}
  .menu button{width:auto;height:auto;display:block;padding:9px 12px;text-align:start;font-size:14px}
  .menu button:hover{background:var(--soft)}
  .menu :focus-visible{outline-color:var(--focus);outline-offset:-2px}
  .bar{padding:8px 16px;background:var(--soft);border-bottom:1px solid var(--line);font-size:13.5px;color:var(--text);display:flex;gap:8px;align-items:center;flex-wrap:wrap}
  .bar a,.link{color:inherit;text-decoration:underline;font-size:inherit;padding:0}
  .log{flex:1;overflow-y:auto;padding:16px;display:flex;flex-direction:column;gap:4px;overscroll-behavior:contain}
  .log::before{content:"";margin-top:auto}
  .m{max-width:82%;padding:8px 12px;border-radius:16px;overflow-wrap:anywhere;white-space:pre-wrap}
  .m a{color:inherit}
  .agent{align-self:flex-start;background:var(--soft);border-end-start-radius:5px}
  .visitor{align-self:flex-end;background:var(--mine);color:var(--my);border-end-end-radius:5px}
  .name{font-size:12.5px;color:var(--dim);margin:8px 4px 0;align-self:flex-start}
  .meta{font-size:12px;color:var(--dim);margin:0 4px 6px;align-self:flex-end}
  .agent+.meta{align-self:flex-start}
  .meta.bad{color:var(--bad)}
  .waits{opacity:.75}
  .day{align-self:center;font-size:12px;color:var(--dim);margin:8px 0}
  .pic{display:block;max-width:100%;max-height:220px;border-radius:10px;margin-top:4px}
  .doc{display:flex;gap:8px;align-items:center;text-decoration:underline;padding:4px 0;color:inherit;text-align:start}
  .dots{align-self:flex-start;background:var(--soft);border-radius:16px;padding:12px 14px;display:flex;gap:4px}
  .dots i{width:7px;height:7px;border-radius:50%;background:var(--dim);animation:b 1.2s infinite}
  .dots i:nth-child(2){animation-delay:.15s}.dots i:nth-child(3){animation-delay:.3s}
  @keyframes b{0%,60%,100%{transform:none;opacity:.5}30%{transform:translateY(-4px);opacity:1}}
  @media (prefers-reduced-motion:reduce){.dots i,.launch{animation:none;transition:none}}
  .panel [aria-invalid]{border-color:var(--bad)}
  .chips{display:flex;gap:6px;flex-wrap:wrap;padding:8px 12px 0}
  .chip{display:flex;align-items:center;gap:4px;background:var(--soft);border:1px solid var(--line);border-radius:8px;padding:2px 4px 2px 8px;font-size:13px;max-width:100%}
  .chip span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
  .chip button{width:24px;height:24px;display:grid;place-items:center}.chip svg{width:14px;height:14px}
  .write{display:flex;align-items:flex-end;gap:4px;padding:10px 12px;border-top:1px solid var(--line)}
  [aria-busy=true]{opacity:.6}
  .write>button{width:42px;height:42px;display:grid;place-items:center;color:var(--dim);flex:none}
  .write>button:hover{background:var(--soft)}
  .more svg{stroke-width:3.5}
  .write .go{background:var(--accent);color:var(--on);border-radius:50%}
  .write .go:hover{background:var(--accent);filter:brightness(1.1)}
  [dir=rtl] .go svg{transform:scaleX(-1)}
  textarea,input:not([type=checkbox]):not([type=file]){width:100%;background:var(--bg);border:1px solid #7b8794;border-radius:12px;padding:9px 12px;margin:0}
  textarea:focus-visible,input:focus-visible{outline-offset:-1px}
  textarea{resize:none;max-height:130px;display:block}
  ::placeholder{color:var(--dim);opacity:1}
  form.f{flex:1;overflow-y:auto;padding:20px 18px;display:flex;flex-direction:column;gap:14px}
  .f h3{font-size:17px;font-weight:600;margin:0}
  .f p{margin:0;color:var(--dim)}
  .f p:first-child{font-weight:600;color:var(--text)}
  .f label{display:block;font-size:14px;font-weight:500}
  .f label input,.f label textarea{margin-top:4px;font-weight:400}
  .f .check{display:flex;gap:10px;align-items:flex-start;font-weight:400}
  .f .check input{margin:4px 0 0;width:18px;height:18px;flex:none;accent-color:var(--accent)}
  .f .err{color:var(--bad)}
  .main{background:var(--accent);color:var(--on);padding:10px 16px;border-radius:12px;font-weight:600}
  .hide{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
  @media (max-width:480px){.root.open{inset:0}.panel{width:100%;height:100vh;height:100dvh;border:0;border-radius:0}textarea,input{font-size:16px!important}}
  @media (forced-colors:active){.m,.launch,.main,.dots,.badge,.write .go{border:1px solid}header{border-bottom:1px solid}.dots i{background:CanvasText}}`;

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

  /* ---- state ---- */
  let socket = null, ready = false, tries = 0, timer = 0, lastHeard = 0, pinged = 0;
  let settings = {}, stands = { phase: "new" }, after = 0, pass = "", unread = 0, agentSeen = 0, late = 0, form = null, stopped = false, noted = "";
  let lines = [], outbox = [], under = "", files = [], wants = false, typingSent = 0, typingUntil = 0;
  const pictures = new Map();

  /* ---- the connection ---- */
  function connect() {
    clearTimeout(timer);
    if (socket || stopped) return;
    const mine = (socket = new WebSocket(at("ws").replace(/^http/, "ws")));
    mine.onopen = () => tell({ do: "hello", visitor: (mine.token = identity ? "" : local.get("token", "")), identity, after, language });
    mine.onmessage = (event) => { lastHeard = Date.now(); pinged = 0; take(JSON.parse(event.data)); };
    mine.onclose = (event) => {
      if (socket !== mine) return;
      socket = null;
      ready = false;
      if (event.code === 4403 || event.code === 4401) {
        stopped = event.code;
        console.error(`hubChat: ${event.reason || event.code}`);
        if (event.code === 4401) document.dispatchEvent(new CustomEvent("hubchat-identity"));
      } else {
        const pause = Math.min(30000, 500 * 2 ** tries++) * (0.5 + Math.random());
        timer = setTimeout(connect, event.code === 4429 ? pause + 10000 : pause);
      }
      standing();
    };
  }
  function hangUp() {
    const old = socket;
    socket = null;
    ready = false;
    clearTimeout(timer);
    if (old) { old.onopen = old.onclose = old.onmessage = null; old.close(); }
  }
  function again() {
    hangUp();
    tries = 0;
    connect();
  }
  const tell = (what) => { if (socket?.readyState !== 1) return false; socket.send(JSON.stringify(what)); return true; };
  setInterval(() => {
    if (!socket) return;
    if (pinged && Date.now() - pinged > 9000) return again();
    if (ready && !pinged && Date.now() - lastHeard > 20000) { pinged = Date.now(); tell({ do: "ping" }); }
    if (typingUntil && Date.now() > typingUntil) { typingUntil = 0; draw(); }
  }, 3000);
  const wake = () => {
    if (document.hidden || stopped) return;
    if (!socket && connected()) again();
    else if (ready && Date.now() - lastHeard > 5000) { pinged = Date.now() - 6000; tell({ do: "ping" }); }
    seen();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("online", () => connected() && again());
  addEventListener("offline", () => standing());
  addEventListener("pageshow", wake);
  addEventListener("storage", (event) => { if (event.key?.startsWith(key("unsent."))) { recall(); flush(); draw(); } });
  const connected = () => !panel.hidden || Date.now() - local.get("active", 0) < 72e5;

  function take(told) {
    switch (told.is) {
      case "welcome":
        settings = told;
        if (told.visitor) {
          const other = local.get("token", "");
          if (other && other !== socket.token && other !== told.visitor) return again(); // a tab beside this one began first
          local.put("token", told.visitor);
        }
        if (told.anew) { lines = []; after = 0; local.put("read", 0); }
        pass = told.pass_;
        tries = 0;
        ready = true;
        title.textContent = said(told.title) || t("title");
        clip.hidden = !told.file_types?.length;
        pick.accept = (told.file_types || []).join(",");
        box.maxLength = told.text;
        under = "";
        form?.free();
        flush();
        break;
      case "line": line(told.line); break;
      case "state": stands = told; if (OPEN.includes(told.phase)) local.put("active", Date.now()); if (form && form.done?.(told)) form = null; break;
      case "typing": typingUntil = told.on ? Date.now() + 8000 : 0; break;
      case "read": agentSeen = after; break;
      case "later":
        if (told.away) late += 1;
        setTimeout(() => { if (under === told.id) under = ""; flush(); }, (told.seconds || 1) * 1000);
        break;
      case "refused":
        console.warn(`hubChat: ${told.reason}`);
        if (told.id) {
          const one = outbox.find((mine) => mine.id === told.id);
          if (one) { one.bad = { text: "long", files: "gone" }[told.field] || "failed"; keep(one); }
          under = "";
          flush();
        } else if (told.about === "transcript") note(t(told.field === "email" ? "transcriptFail" : "unmailed"));
        else if (form) form.refused(told);
        break;
      case "transcript": note(t("transcriptSent", { v: told.to })); break;
    }
    draw();
  }
  function line(one) {
    if (outbox.some((mine) => mine.id === one.id)) {
      drop(one.id);
      late = 0;
      under = "";
      flush();
    }
    if (one.seq <= after) return;
    after = one.seq;
    lines.push(one);
    if (one.who !== "visitor") {
      typingUntil = 0;
      if (one.seq > local.get("read", 0)) {
        if (!looking()) unread += 1;
        announce(looking() ? `${one.agent || t("agent")}: ${one.text || (one.files || []).map((file) => file.name).join(", ")}` : t("unread", { n: number(unread) }));
      }
    }
    clearTimeout(line.timer);
    line.timer = setTimeout(seen, 120);
  }
  const looking = () => !panel.hidden && !document.hidden;
  function seen() {
    if (!ready || !after) return;
    if (looking()) { unread = 0; local.put("read", after); }
    tell({ do: "seen", seq: after, read: looking() });
    launcher();
  }

  /* ---- saying ---- */
  /* What is not sent yet has an item each, so that no tab writes over another's. */
  function keep(one) {
    if (!outbox.includes(one)) outbox.push(one);
    one.loose = !local.put(`unsent.${one.id}`, one);
  }
  function drop(id) {
    outbox = outbox.filter((one) => one.id !== id);
    local.drop(`unsent.${id}`);
  }
  function recall() {
    const kept = local.names("unsent.").map((name) => local.get(name)).filter(Boolean);
    outbox = [...kept, ...outbox.filter((one) => one.loose)].sort((one, other) => (one.at < other.at ? -1 : 1));
  }
  function submit() {
    const text = box.value.trim(), there = files.filter((one) => one.id);
    wants = files.some((one) => !one.id && !one.bad);
    box.readOnly = wants;
    go.ariaBusy = String(wants);
    if (wants) return;
    if (!text && !there.length) return box.focus();
    keep({ id: random(), text, files: there.map(({ id, name, type }) => ({ id, name, type })), at: new Date().toISOString() });
    files = files.filter((one) => one.bad);
    box.value = box.dir = box.style.height = "";
    session.put("draft", "");
    noted = "";
    typing(false);
    flush();
    draw(true);
    box.focus();
  }
  /** One after the other, so that they arrive in order whatever has to be said again. */
  function flush() {
    const next = outbox.find((one) => !one.bad && !form?.holds?.includes(one.id));
    if (!ready || !next || under === next.id) return;
    under = next.id;
    tell({ do: "say", id: next.id, text: next.text, files: next.files.map((file) => file.id) });
  }
  function drafted() {
    session.put("draft", box.value);
    box.dir = box.value ? "auto" : "";
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight + 2, 130)}px`;
    typing(box.value !== "");
  }
  function typing(on) {
    clearTimeout(typing.off);
    if (on) typing.off = setTimeout(() => typing(false), 4000);
    if (on ? Date.now() - typingSent < 3000 : !typingSent) return;
    typingSent = on ? Date.now() : 0;
    if (ready && stands.phase === "talking") tell({ do: "typing", on });
  }
  function entered(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  }
  const FILES = 10;
  function upload(file, one = { name: file.name, type: file.type }) {
    if (!files.includes(one)) files.push(one);
    one.again = null;
    one.bad = file.size > settings.file_bytes ? t("toobig") : files.filter((other) => !other.bad).length > FILES ? t("toomany", { n: number(FILES) }) : "";
    draw();
    if (one.bad) return;
    const ask = new XMLHttpRequest(), over = () => { draw(); if (wants) submit(); };
    const failed = (name, may) => { one.bad = t(name); one.again = may && (() => upload(file, one)); over(); };
    one.stop = () => ask.abort();
    one.part = 0;
    ask.open("POST", at(`files?name=${encodeURIComponent(file.name)}`));
    ask.setRequestHeader("Authorization", `Bearer ${pass}`);
    ask.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    ask.responseType = "json";
    ask.upload.onprogress = (event) => { one.part = event.loaded / event.total; draw(); };
    ask.onerror = () => failed("unmailed", true);
    ask.onload = () => {
      if (ask.status === 201 && ask.response) { one.id = ask.response.id; over(); }
      else failed({ 413: "toobig", 415: "badfile" }[ask.status] || "unmailed", ask.status !== 413 && ask.status !== 415);
    };
    ask.send(file);
  }
  /** A file that goes with what is being written. */
  function chip(one) {
    one.chip ||= el("div", { className: "chip" }, (one.label = el("span", { role: "status" })),
      (one.redo = el("button", { type: "button", className: "link", onclick: () => { one.again(); box.focus(); } }, t("again"))),
      button("close", `${t("remove")}: ${one.name}`, () => { one.stop?.(); files = files.filter((other) => other !== one); draw(); box.focus(); if (wants) submit(); }));
    one.label.textContent = one.bad ? `${one.name}: ${one.bad}` : one.id ? one.name : `${one.name} · ${new Intl.NumberFormat(locale, { style: "percent" }).format(one.part || 0)}`;
    one.label.ariaBusy = String(!one.bad && !one.id);
    one.redo.hidden = !one.again;
    return one.chip;
  }
  async function blob(file) {
    if (!pictures.has(file.id)) {
      pictures.set(file.id, (async () => {
        const answer = await fetch(at(`files/${file.id}`), { headers: { Authorization: `Bearer ${pass}` } });
        if (!answer.ok) throw new Error(answer.status);
        return URL.createObjectURL(await answer.blob());
      })());
      pictures.get(file.id).catch(() => pictures.delete(file.id));
    }
    return pictures.get(file.id);
  }

  /* ---- drawing ---- */
  const drawn = new Map();
  function draw(end) {
    const low = end || log.scrollHeight - log.scrollTop - log.clientHeight < 80;
    const waiting = outbox.map((one) => ({ ...one, who: "visitor", waits: !one.bad }));
    const wanted = [];
    let name = null, day = new Date().toDateString();
    if (!lines.length && !waiting.length) wanted.push(["greeting", "", () => el("div", { className: "m agent", dir: "auto" }, said(settings.greeting) || t("greeting"))]);
    const last = lines.filter((one) => one.who === "visitor").pop();
    const all = [...lines, ...waiting];
    for (const [n, one] of all.entries()) {
      const that = new Date(one.at).toDateString();
      if (that !== day) { day = that; wanted.push([`d${that}`, "", () => el("div", { className: "day" }, new Intl.DateTimeFormat(locale, { dateStyle: "medium" }).format(new Date(one.at)))]); }
      const by = one.who === "agent" ? one.agent || t("agent") : "";
      if (by && by !== name) wanted.push([`n${one.id}`, by, () => el("div", { className: "name", "aria-hidden": "true" }, by)]);
      name = by;
      wanted.push([one.id, `${one.waits}`, () => bubble(one, by)]);
      const after_ = all[n + 1], ends = !after_ || after_.who !== one.who || new Date(after_.at) - new Date(one.at) > 3e5;
      const meta = one.bad ? `${why(one)} ` : one.waits ? t("sending") : [ends && clock(one.at), one === last && agentSeen >= one.seq && t("seen")].filter(Boolean).join(" · ");
      if (meta) wanted.push([`m${one.id}`, meta, () => el("div", one.bad ? { className: "meta bad", role: "alert" } : { className: "meta" }, meta, ...(one.bad ? refused(one.id) : []))]);
    }
    if (typingUntil) wanted.push(["typing", "", () => el("div", { className: "dots", role: "img", "aria-label": t("typing", { a: stands.agent || t("agent") }) }, el("i"), el("i"), el("i"))]);
    const keys = new Set(wanted.map(([id]) => id));
    for (const [id, old] of drawn) if (!keys.has(id)) { old.node.remove(); drawn.delete(id); }
    let before = null;
    for (const [id, version, make] of wanted) {
      let old = drawn.get(id);
      if (!old || old.version !== version) {
        const node = make();
        if (old) old.node.replaceWith(node);
        drawn.set(id, (old = { node, version }));
      }
      const next = before ? before.nextSibling : log.firstChild;
      if (next !== old.node) log.insertBefore(old.node, next);
      before = old.node;
    }
    chips.hidden = !files.length;
    const shown = files.map(chip);
    if (shown.length !== chips.childElementCount || shown.some((one, n) => one !== chips.children[n])) chips.replaceChildren(...shown);
    standing();
    forms();
    launcher();
    if (low) log.scrollTop = log.scrollHeight;
  }
  const why = (one) => [t("failed"), one.bad !== "failed" && t(one.bad)].filter(Boolean).join(": ");
  /** What can be done about a message that is not taken. */
  function refused(id) {
    const link = (label, act) => el("button", { type: "button", className: "link", onclick: () => { act(outbox.find((one) => one.id === id)); draw(); box.focus(); } }, label);
    return [link(t("again"), (one) => { delete one.bad; keep(one); flush(); }), " ", link(t("edit"), (one) => {
      drop(id);
      box.value = [box.value, one.text].filter(Boolean).join("\n");
      if (one.bad !== "gone") files.push(...one.files);
      drafted();
    })];
  }
  function bubble(one, by) {
    const made = el("div", { className: `m ${one.who}${one.waits ? " waits" : ""}`, dir: "auto" }, el("span", { className: "hide" }, `${by || t("you")}: `));
    for (const part of (one.text || "").split(/(https?:\/\/[^\s<>"]+)/)) {
      made.append(/^https?:\/\//.test(part) ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part);
    }
    for (const file of one.files || []) {
      if (!file.id) continue;
      if (/^image\/(png|jpeg|gif|webp)$/.test(file.type)) {
        const picture = el("img", { className: "pic", alt: file.name || t("attach") });
        blob(file).then((url) => { picture.src = url; }, () => {});
        made.append(picture);
      } else {
        made.append(el("button", { type: "button", className: "doc", onclick: async () => {
          try { el("a", { href: await blob(file), download: file.name || "file" }).click(); } catch { /* it is gone */ }
        } }, icon("file"), file.name || t("attach")));
      }
    }
    return made;
  }
  function standing() {
    const { phase, place, wait, agent, reason, opens_at: opens } = stands, a = agent || t("somebody");
    let text = "", leave = false;
    if (noted) text = noted;
    else if (stopped) [text, leave] = [t("closed"), stopped === 4401];
    else if (navigator.onLine === false) text = t("offline");
    else if (!ready && tries > 2) [text, leave] = [t("connecting"), tries > 4];
    else if (late > 1 && outbox.some((one) => !one.bad)) [text, leave] = [t("away"), true];
    else if (phase === "asked") text = t("asked");
    else if (phase === "waiting") {
      text = place === 1 ? t("next") : place ? t("place", { n: number(place) }) : t("asked");
      if (wait != null) text += ` ${wait < 60 ? t("soon") : t("wait", { m: number(Math.round(wait / 60)) })}`;
    } else if (phase === "parked") text = t("parked", { a });
    else if (phase === "over") text = t(reason === "gone" ? "idle" : "over");
    else if (phase === "closed") {
      text = t(reason === "full" || reason === "long_wait" ? "full" : "closed");
      if (opens) text += ` ${t("opens", { t: new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(opens)) })}`;
      leave = true;
    }
    const with_ = phase === "talking" ? t("talking", { a }) : "";
    if (sub.textContent !== with_) sub.textContent = with_;
    bar.hidden = !text;
    const shown = `${text}${leave}`;
    if (bar.dataset.text !== shown) {
      bar.dataset.text = shown;
      bar.replaceChildren(text, ...(leave ? [el("button", { type: "button", className: "link", onclick: leaveMessage }, t("leave"))] : []));
    }
    more.hidden = !ready || phase === "new";
  }
  /** Said for a while in place of how the chat stands. */
  function note(text) {
    noted = text;
    clearTimeout(note.timer);
    note.timer = setTimeout(() => { noted = ""; standing(); }, 15000);
    standing();
  }
  function launcher() {
    badge.hidden = !unread;
    badge.textContent = number(unread);
    launch.setAttribute("aria-label", unread ? `${t("open")}, ${t("unread", { n: number(unread) })}` : t("open"));
  }

  /* ---- forms ---- */
  function forms() {
    if (!form && ready && !stands.filled && (settings.ask?.length || settings.consents?.length)) form = before();
    const there = panel.querySelector("form"), inside = shadow.activeElement;
    if (there !== (form && form.node)) {
      there?.remove();
      if (form) panel.append(form.node);
      talk.hidden = !!form;
      if (inside) (form ? form.node.querySelector("input,textarea,button") : box)?.focus();
    }
  }
  function made(heading, hint, fields, label, onsubmit, ...links) {
    const error = el("p", { className: "err", id: "e", role: "alert", hidden: true });
    const main = label ? el("button", { className: "main", type: "submit" }, label) : null;
    const told = el("p", { role: "status" }, hint);
    const node = el("form", { className: "f", noValidate: true, onsubmit: (event) => {
      event.preventDefault();
      error.hidden = true;
      for (const one of node.elements) one.removeAttribute("aria-invalid");
      const wrong = [...node.elements].find((one) => !one.checkValidity());
      if (wrong) return fail(wrong.validity.valueMissing ? "required" : "check", wrong);
      if (main.ariaBusy === "true") return;
      main.ariaBusy = "true";
      onsubmit(Object.fromEntries(new FormData(node)));
    } }, heading ? el("h3", {}, heading) : null, hint ? told : null, ...fields, error, main,
    ...links.map(([text, act]) => el("button", { className: "link", type: "button", onclick: act }, text)));
    const free = () => { if (main) main.ariaBusy = "false"; };
    const fail = (name, where) => {
      free();
      error.hidden = false;
      error.textContent = t(name);
      if (!where) return;
      where.setAttribute("aria-invalid", "true");
      where.setAttribute("aria-describedby", "e");
      where.focus();
    };
    return {
      node, fail, free,
      ask: (what) => { if (!tell(what)) fail("connecting"); },
      refused: ({ field: name, about }) => {
        const where = name && node.elements.namedItem(name);
        fail(where ? (where.value.trim() ? "check" : "required") : (name && { ask_code: "noCode", tell_code: "badCode" }[about]) || "unmailed", where);
      },
    };
  }
  const back = () => [t("back"), () => { form = null; draw(); }];
  const field = (name, about = {}) => el("label", {}, t(name), about.required ? el("span", { className: "err", "aria-hidden": "true" }, " *") : null, el(about.rows ? "textarea" : "input", { name, dir: "auto", autocomplete: { phone: "tel", text: "off", code: "off" }[name] || name, ...(about.rows ? {} : { type: { email: "email", phone: "tel" }[name] || "text" }), maxLength: about.rows ? 4000 : 200, ...about }));
  function before() {
    const fields = (settings.ask || []).map((name) => field(name, { required: (settings.required || []).includes(name) }));
    const checks = (settings.consents || []).map((texts, n) => el("label", { className: "check" }, el("input", { type: "checkbox", name: `c${n}` }), el("span", {}, said(texts))));
    const one = made("", said(settings.greeting) || t("greeting"), [...fields, ...checks], t("start"), (told) => {
      const consents = (settings.consents || []).map((_, n) => n).filter((n) => told[`c${n}`]);
      one.ask({ do: "form", name: told.name || "", email: told.email || "", phone: told.phone || "", consents });
    });
    one.done = (state) => state.filled;
    return one;
  }
  /** What is not sent yet goes with it, and then as chat no more. What the hub was told of already it joins: the adapter
      knows, and says so. */
  function leaveMessage() {
    const unsent = outbox.map((one) => one.id);
    const words = [...outbox.map((one) => one.text), box.value.trim()].filter(Boolean).join("\n");
    const fields = [stands.name ? null : field("name"), field("email", { required: true, value: stands.email || "" }), field("text", { rows: 5, required: true, value: words })];
    let id = "", tried = "";
    const mine = (form = made(t("leave"), t("leaveHint"), fields, t("leaveSend"), async (told) => {
      const body = JSON.stringify(told);
      if (body !== tried) [id, tried] = [random(), body]; // the same words are the same message, however often it takes
      mine.holds = unsent;
      try {
        const headers = { "Content-Type": "application/json", ...(pass ? { Authorization: `Bearer ${pass}` } : {}) };
        const answer = await fetch(at("offline"), { method: "POST", headers, body: JSON.stringify({ id, language, unsent, name: stands.name, ...told }) });
        const taken = await answer.json();
        if (!answer.ok) return mine.refused(taken);
        if (!taken.joined) unsent.forEach(drop);
        box.value = "";
        session.put("draft", "");
        form = made("", t("left"), [], "", () => {}, back());
        draw();
      } catch { mine.fail("unmailed"); } finally { mine.holds = null; flush(); }
    }, back()));
    draw();
  }
  const provenMail = (state) => (state.proven || []).some((one) => one.includes("@"));
  function prove(kind, hint, then) {
    const kinds = settings.verify;
    kind ||= kinds.find((one) => one !== "email" || !provenMail(stands)) || kinds[0];
    const others = then ? [] : kinds.filter((one) => one !== kind).map((one) => [t("instead", { k: t(one) }), () => prove(one)]);
    let value = "";
    const mine = (form = made(t("verify"), hint || t("verifyHint"), [field(kind, { required: true })], t("sendCode"), (told) => {
      value = told[kind].trim();
      mine.ask({ do: "ask_code", kind, value });
    }, ...others, back()));
    mine.done = (state) => { if (value && state.asked === value) typeCode(kind, value, then); };
    draw();
  }
  function typeCode(kind, value, then) {
    const sent = t("codeSent", { v: value });
    const code = field("code", { required: true, inputMode: "numeric", autocomplete: "one-time-code", maxLength: 12 });
    const mine = (form = made(t("verify"), sent, [code], t("confirm"), (told) => mine.ask({ do: "tell_code", code: told.code }),
      [t("newCode"), () => { again = true; mine.ask({ do: "ask_code", kind, value }); }], [t("other"), () => prove(kind, "", then)], back()));
    let again = false;
    mine.done = (state) => {
      if (state.asked) { if (again) { again = false; typeCode(kind, value, then); draw(); } return false; }
      note(t("proven", { v: value }));
      then?.();
      return true;
    };
  }
  function mail() {
    if (!provenMail(stands) && settings.verify?.includes("email")) prove("email", t("transcriptFail"), mail.now);
    else mail.now();
  }
  mail.now = () => tell({ do: "transcript" });
  function toggleMenu(on) {
    const items = [];
    const item = (label, act) => items.push(el("button", { type: "button", onclick: () => { toggleMenu(false); act(); } }, label));
    if (settings.verify?.length) item(t("verify"), () => {
      if (!stands.asked) return prove();
      typeCode(stands.asked.includes("@") ? "email" : "phone", stands.asked);
      draw();
    });
    if (settings.transcript) item(t("transcript"), mail);
    if (OPEN.includes(stands.phase)) item(t("end"), () => tell({ do: "leave" }));
    item(t("leave"), leaveMessage);
    menu.replaceChildren(...items);
    menu.hidden = !on;
    more.setAttribute("aria-expanded", String(on));
    if (on) menu.firstChild.focus(); else if (shadow.activeElement === null || menu.contains(shadow.activeElement)) more.focus();
  }

  /* ---- open and close ---- */
  function pressed(event) {
    if (event.key === "Tab" && small.matches) {
      const all = [...panel.querySelectorAll("button,input,textarea,a[href],[tabindex]")].filter((one) => !one.disabled && one.getClientRects().length);
      const [edge, other] = event.shiftKey ? [all[0], all[all.length - 1]] : [all[all.length - 1], all[0]];
      if (shadow.activeElement === edge) { event.preventDefault(); other.focus(); }
    }
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (!menu.hidden) return toggleMenu(false);
    show(false);
  }
  function pointed(event) {
    if (menu.hidden || menu.contains(event.target) || more.contains(event.target)) return;
    menu.hidden = true;
    more.setAttribute("aria-expanded", "false");
  }
  /** `quiet`: the visitor does not ask for it now, and stays where they are. */
  function show(on, quiet) {
    const inside = shadow.activeElement;
    panel.hidden = !on;
    launch.hidden = on;
    root.classList.toggle("open", on);
    launch.setAttribute("aria-expanded", String(on));
    session.put("open", on);
    fit();
    if (on) {
      if (!socket) again();
      draw(true);
      seen();
      if (!quiet) (form ? form.node.querySelector("input,textarea,button") : box)?.focus();
    } else if (inside) launch.focus();
  }
  window.hubChat = Object.freeze({
    open: () => show(true),
    close: () => show(false),
    end: () => tell({ do: "leave" }),
    /** Another visitor from now on: what the site signed for them; empty: nobody it knows. */
    identify(signed) {
      identity = signed || "";
      hangUp();
      lines = []; files = []; outbox = [];
      after = unread = agentSeen = late = typingUntil = 0;
      stopped = wants = box.readOnly = false;
      pass = noted = "";
      form = null;
      stands = { phase: "new" };
      pictures.clear();
      recall();
      box.value = session.get("draft", "");
      if (connected()) again();
      draw();
    },
  });
  const begin = () => {
    document.documentElement.append(host);
    paint();
    fit();
    recall();
    box.value = session.get("draft", "");
    draw();
    if (session.get("open", false)) show(true, true);
    else if (connected()) connect();
  };
  begin();
})();
