/** Who did something, as the log names them (`agent:ann`, `person:…`, `operator:…`), by a name that somebody reads. */
import { words } from "./words";

const say = words({
  en: {
    cli: "Command line",
    settings: "The hub's settings",
    "first start": "The hub's first start",
    operator: "API key {name}",
    adapter: "Adapter {name}",
    policy: "The policy",
  },
  fa: {
    cli: "خط فرمان",
    settings: "تنظیمات هاب",
    "first start": "نخستین راه‌اندازی هاب",
    operator: "کلید API با نام {name}",
    adapter: "رابط {name}",
    policy: "سیاست",
  },
});
/** What nobody types. */
const ISOLATES = /[\u2066-\u2069]/g;
const BY_ITSELF = ["cli", "settings", "first start"] as const;

/** `names`: what people and agents are called, by actor. Somebody who has no name is told by their id. */
export function actorName(actor: string, names: Readonly<Record<string, string>> = {}): string {
  const known = names[actor];
  if (known) return known;
  const [kind, name] = [actor.slice(0, actor.indexOf(":")), actor.slice(actor.indexOf(":") + 1)];
  if (kind === "operator") {
    const itself = BY_ITSELF.find((one) => one === name);
    return itself ? say(itself) : say("operator", { name });
  }
  if (kind === "adapter") return say("adapter", { name });
  if (kind === "policy") return say("policy");
  return name;
}

/** Actors by the name that each is chosen by: of several who are called the same the later ones with their id. */
export function byName(actors: Iterable<string>, name: (actor: string) => string): Map<string, string> {
  const found = new Map<string, string>();
  for (const actor of new Set(actors)) {
    const called = name(actor).replace(ISOLATES, "");
    found.set(found.has(called) ? `${called} (${actor})` : called, actor);
  }
  return found;
}
