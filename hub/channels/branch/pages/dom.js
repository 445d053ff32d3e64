// Makes elements. Text is always text: nothing that somebody typed becomes markup.

export function h(name, about = {}, ...inside) {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(about)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) one.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "disabled") one[key] = value;
    else one.setAttribute(key, value === true ? "" : value);
  }
  one.append(...inside.flat(Infinity).filter((part) => part !== null && part !== undefined && part !== false && part !== ""));
  return one;
}

// Puts `inside` into `place`, and the focus back to what it was on (by `id`).
export function fill(place, ...inside) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : "";
  place.replaceChildren(...inside.flat(Infinity).filter(Boolean));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

// Tells who can't see: said once, politely; `now`: at once.
export function announce(text, now = false) {
  const id = now ? "told-now" : "told";
  let place = document.getElementById(id);
  if (!place) {
    place = h("div", { id, class: "unseen", "aria-live": now ? "assertive" : "polite", role: now ? "alert" : "status" });
    document.body.append(place);
  }
  if (place.textContent !== text) place.textContent = text;
}

// Asks before what can't be taken back, or for what is needed: resolves to the form's fields, or null. `run` does it
// with them, and says why not: then the form stays, with what was typed.
export function ask(title, fields, { yes, no, danger = false, wide = false, run = () => "" }) {
  return new Promise((resolve) => {
    const cancel = h("button", { type: "button", class: "quiet", onclick: () => box.close() }, no);
    const wrong = h("p", { class: "warn", role: "alert", hidden: true });
    const go = h("button", { class: danger ? "danger" : "main" }, yes);
    const form = h("form", { method: "dialog", class: wide && "wide-form" }, h("h2", { id: "ask-title" }, title), fields, wrong, h("div", { class: "row end" }, cancel, go));
    const box = h("dialog", { "aria-labelledby": "ask-title" }, form);
    let answer = null;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (go.disabled) return;
      go.disabled = true;
      const given = Object.fromEntries(new FormData(form));
      const reason = await run(given);
      go.disabled = false;
      wrong.hidden = !reason;
      wrong.textContent = reason;
      if (reason) { go.focus(); return; }
      answer = given;
      box.close();
    });
    box.addEventListener("close", () => { box.remove(); resolve(answer); });
    document.body.append(box);
    box.showModal();
  });
}

export function field(id, label, input, more = {}) {
  input.id = id;
  input.name ||= id;
  return h("div", { class: "field", ...more }, h("label", { for: id }, label), input);
}

export function choice(options, { value = "", ...about } = {}) {
  const list = h("select", about, options.map(([key, text]) => h("option", { value: key }, text)));
  list.value = value;
  return list;
}
