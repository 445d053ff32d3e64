import { afterEach, expect, test } from "vitest";
import { locale } from "../words/locale.svelte";
import { Title } from "./title.svelte";

const chosen = locale.language;
afterEach(() => (locale.language = chosen));

function opened(): Title {
  const title = new Title();
  title.open = true;
  title.page(() => "Desk");
  return title;
}

test("a tab is called by its page, in the reader's language", () => {
  const title = opened();
  expect(title.text).toBe("Desk – Contact Path Manager");
  const leave = title.page(() => "Mina Karimi");
  title.page(() => "");
  expect(title.text).toBe("Mina Karimi – Contact Path Manager");
  leave();
  title.news = 2;
  expect(title.text).toBe("(2) Desk – Contact Path Manager");
  locale.language = "fa";
  expect(title.text).toBe("(۲) Desk – مدیر مسیر تماس");
});

test("what rings comes first, and behind a lock nothing is told", () => {
  const title = opened();
  title.news = 2;
  [title.rings, title.offers] = ["Offer: Phone", 1];
  expect(title.text).toBe("(1) Offer: Phone");
  title.open = false;
  expect(title.text).toBe("Contact Path Manager");
});
