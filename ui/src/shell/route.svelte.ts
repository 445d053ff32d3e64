/** Where in the application this tab is: the address bar, understood. */
import { parse } from "regexparam";

type Params = Readonly<Record<string, string>>;

class Route {
  path = $state(typeof location === "undefined" ? "/" : location.pathname);
  query = $state(typeof location === "undefined" ? "" : location.search);

  constructor() {
    if (typeof window === "undefined") return;
    addEventListener("popstate", () => this.#read());
    document.addEventListener("click", (event) => this.#clicked(event));
  }

  /** Go there; `replace`: the page before is not come back to. */
  go(href: string, { replace = false } = {}): void {
    if (href === location.pathname + location.search) return;
    history[replace ? "replaceState" : "pushState"](null, "", href);
    this.#read();
  }

  /** The parameters of `/customers/:id`, or null where the address is another. */
  match(pattern: string): Params | null {
    const { keys, pattern: shape } = parse(pattern);
    const found = shape.exec(this.path);
    if (!found) return null;
    return Object.fromEntries(keys.map((key, index) => [key, decodeURIComponent(found[index + 1] ?? "")]));
  }

  param(name: string): string {
    return new URLSearchParams(this.query).get(name) ?? "";
  }

  /** Change parameters of this address in place; an empty value takes one away. */
  set(changes: Record<string, string>): void {
    const now = new URLSearchParams(this.query);
    for (const [name, value] of Object.entries(changes)) value ? now.set(name, value) : now.delete(name);
    const query = now.toString();
    this.go(this.path + (query ? `?${query}` : ""), { replace: true });
  }

  #read(): void {
    this.path = location.pathname;
    this.query = location.search;
  }

  #clicked(event: MouseEvent): void {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a");
    if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
    if (link.pathname.startsWith("/v1/") || link.pathname.startsWith("/docs")) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  }
}

export const route = new Route();
