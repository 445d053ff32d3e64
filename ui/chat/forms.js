/* The forms: before a chat, when nobody is there, to prove an address; and the menu that leads to them. */
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
