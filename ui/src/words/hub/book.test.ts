import { afterEach, beforeEach, expect, test } from "vitest";
import { locale } from "../locale.svelte";
import { Book } from "./book";

const TEXTS = {
  "queue {} is unknown": "صف {} شناخته نیست",
  "queue {} is {}": "صف {} {} است",
  "queue {} is unknown to agent {}": "کارشناس {1} صف {0} را نمی‌شناسد",
  "rule {}": "قاعدهٔ {}",
  "{} of {}": "{1}ِ {0}",
  "there is no channel {}; known are {}": "کانالی به نام {} نیست؛ شناخته‌ها: {=}",
  "write {{ a = 1 }} for {}": "برای {} بنویسید `{{ a = 1 }}`",
  full: "پر",
};
const bare = (text: string | null): string | null => text && text.replace(/[\u2066-\u2069]/g, "");
let book: Book;

beforeEach(() => {
  locale.language = "fa";
  book = new Book();
  book.add(TEXTS);
});

afterEach(() => {
  locale.language = "en";
});

test.each([
  ["queue sales is unknown", "صف sales شناخته نیست"],
  ["Queue sales is unknown", "صف sales شناخته نیست"],
  ["queue sales is unknown to agent ann", "کارشناس ann صف sales را نمی‌شناسد"],
  ["write { a = 1 } for 'b'", "برای «b» بنویسید { a = 1 }"],
])("%s finds the text that says most of it", (sentence, text) => {
  expect(bare(book.say(sentence))).toBe(text);
});

test("what stands in a place is worded too: a number, a word, a list, a sentence", () => {
  expect(bare(book.say("queue 12 is full"))).toBe("صف ۱۲ پر است");
  expect(bare(book.say("queue 1,200.5 is full, b"))).toBe("صف ۱٬۲۰۰٫۵ پر، b است");
  expect(bare(book.say("queue x is queue y is full"))).toBe("صف x صف y پر است است");
});

test("a place that is to stay as it is stays, and runs from left to right", () => {
  expect(book.say("there is no channel 'x'; known are phone, 2")).toBe("کانالی به نام «\u2068x\u2069» نیست؛ شناخته‌ها: \u2066phone, 2\u2069");
});

test("sentences that follow each other are worded one by one", () => {
  expect(bare(book.say("a.toml: rule 3: full"))).toBe("a.toml: قاعدهٔ ۳: پر");
  expect(bare(book.say("queue a is unknown\nqueue b is unknown"))).toBe("صف a شناخته نیست\nصف b شناخته نیست");
});

test("what people wrote is not taken for the hub's words", () => {
  expect(book.say("a friend of hers")).toBeNull();
  expect(book.say("she said no")).toBeNull();
});
