/* What the visitor says: kept until it is told, one message after the other; files; that they type. */
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
  // Scripts before this one kept all of it in one item.
  const former = local.get("outbox", []);
  local.drop("outbox");
  for (const one of former) { if (one.bad) one.bad = "failed"; keep(one); }
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
