/* The connection to the adapter, how the chat stands by what it tells, and coming back after cuts and sleep. */
const OPEN = ["asked", "waiting", "talking", "parked"];

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
