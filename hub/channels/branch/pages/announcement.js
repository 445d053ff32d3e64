// Says which clips, one after another, call a ticket to a desk. Pure: what is heard depends on nothing else.

const TEENS = 20;

// The parts of 0..999 that are spoken one after the other; `20+` is the form that more follows ("بیست و", "twenty-").
export function numberParts(count) {
  if (!Number.isInteger(count) || count < 0 || count > 999) throw new RangeError(`${count} can't be said: 0 to 999 can`);
  const parts = [];
  let rest = count;
  if (rest >= 100) {
    const hundreds = rest - (rest % 100);
    rest %= 100;
    parts.push(rest ? `${hundreds}+` : `${hundreds}`);
  }
  if (rest >= TEENS) {
    const tens = rest - (rest % 10);
    rest %= 10;
    parts.push(rest ? `${tens}+` : `${tens}`);
  }
  if (rest || !parts.length) parts.push(`${rest}`);
  return parts;
}

// A name made of letters and digits, as a ticket's or a desk's: letters one by one, digits as numbers, longer ones by digit.
export function nameParts(name) {
  const runs = String(name).toUpperCase().match(/[A-Z]|[0-9]+/g) ?? [];
  return runs.flatMap((run) => {
    if (!/[0-9]/.test(run)) return [run];
    return run.replace(/^0+(?=.)/, "").length > 3 ? [...run] : numberParts(Number(run));
  });
}

// The clips of one call in one language: `["fa/ticket", "fa/A", "fa/10", "fa/7", "fa/desk", "fa/3"]`.
export function clips(call, language) {
  const number = Number.isInteger(call.count) && call.count <= 999 ? [...nameParts(call.letter ?? ""), ...numberParts(call.count)] : nameParts(call.number);
  return ["ticket", ...number, "desk", ...nameParts(call.desk)].map((part) => `${language}/${part}`);
}

// One call in all languages of the branch that there are clips for, that of the ticket first.
export function callClips(call, languages, spoken = ["fa", "en"]) {
  const known = languages.filter((one) => spoken.includes(one));
  const first = known.includes(call.language) ? [call.language] : [];
  return [...first, ...known.filter((one) => one !== call.language)].map((one) => clips(call, one));
}
