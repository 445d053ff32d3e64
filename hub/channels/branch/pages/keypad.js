// A keypad for fingers: digits only, also from a keyboard; what is entered is read out, and can be erased.

import { announce, h } from "./dom.js";
import { digits, latin } from "./numbers.js";
import { language, t } from "./words.js";

const LONGEST = 16;

export function keypad({ label, typed, wrong, changed, enter }) {
  let value = typed;
  const shown = h("output", { id: "typed", class: "typed", "aria-label": `${label}: ${t("entered")}`, dir: "ltr" });
  const go = h("button", { class: "main large wide", id: "enter", onclick: enter }, t("next"));
  const put = (next) => {
    value = next.slice(0, LONGEST);
    draw();
    changed(value);
    announce(digits(value, language()));
  };
  const draw = () => { shown.textContent = digits(value, language()) || "\u00a0"; go.disabled = !value; };
  const key = (digit) => h("button", { class: "key", id: `key-${digit}`, onclick: () => put(value + digit) }, digits(digit, language()));
  const erase = h("button", { class: "key soft-key", id: "key-erase", "aria-label": t("erase"), onclick: () => put(value.slice(0, -1)) }, "⌫");
  const pad = h("div", { class: "pad", role: "group", "aria-label": t("keypad"), dir: "ltr" },
    [..."123456789"].map(key), erase, key("0"), h("span", {}));
  const whole = h("div", { class: "keypad" }, h("p", { class: "pad-label" }, label), shown, wrong && h("p", { class: "warn", role: "alert" }, wrong), pad, go);
  whole.addEventListener("keydown", (event) => {
    const digit = latin(event.key);
    if (/^[0-9]$/.test(digit)) put(value + digit);
    else if (event.key === "Backspace") put(value.slice(0, -1));
  });
  draw();
  return whole;
}
