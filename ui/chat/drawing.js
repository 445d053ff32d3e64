/* Draws the conversation as it is now: only what has changed. */
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
