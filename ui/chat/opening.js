/* Open, close, the keyboard, and the one global that the page has. */
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
if (document.body) begin(); else addEventListener("DOMContentLoaded", begin);
