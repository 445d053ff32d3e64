/** The Persian of the hub's sentences, all of it: apart from the pages, as only who reads Persian needs it. */
import { Book, type Catalogue } from "./book";

const catalogues = import.meta.glob<Catalogue>("./*.fa.json", { import: "default" });

export async function open(): Promise<Book> {
  const book = new Book();
  for (const texts of await Promise.all(Object.values(catalogues).map((read) => read()))) book.add(texts);
  return book;
}
