/** A refused message as fields that can be mended one by one, and where in its text the refused one stands. */

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
export type Part = { path: string; value: string; kind: "string" | "number" | "boolean" | "null" };

/** `{"path":{"channel":"fax"}}` is the part `path.channel`. Empty lists and objects are no parts. */
export function partsOf(value: Json, path = ""): Part[] {
  if (value !== null && typeof value === "object") {
    return Object.entries(value).flatMap(([name, one]) => partsOf(one, path ? `${path}.${name}` : name));
  }
  const kind = value === null ? "null" : (typeof value as "string" | "number" | "boolean");
  return [{ path, value: value === null ? "" : String(value), kind }];
}

/** The message with another value in this part; its kind stays, but nothing becomes a text when something is written. */
export function withPart(message: Json, path: string, typed: string): Json {
  return put(message, path.split("."), typed);
}

/** The message without this part. */
export function withoutPart(message: Json, path: string): Json {
  return leaveOut(message, path.split("."));
}

function leaveOut(value: Json, path: readonly string[]): Json {
  const [name, ...rest] = path;
  if (name === undefined || value === null || typeof value !== "object") return value;
  const kept = Object.entries(value).filter(([key]) => rest.length || key !== name);
  const left = kept.map(([key, one]) => [key, key === name ? leaveOut(one, rest) : one] as const);
  return Array.isArray(value) ? left.map(([, one]) => one) : Object.fromEntries(left);
}

function put(value: Json, path: readonly string[], typed: string): Json {
  const [name, ...rest] = path;
  if (name === undefined) return sameKind(value, typed);
  if (Array.isArray(value)) return value.map((one, index) => (String(index) === name ? put(one, rest, typed) : one));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, key === name ? put(one, rest, typed) : one]));
}

function sameKind(before: Json, typed: string): Json {
  if (typeof before === "number" && typed.trim() && Number.isFinite(Number(typed))) return Number(typed);
  if (typeof before === "boolean" && (typed === "true" || typed === "false")) return typed === "true";
  if (before === null && !typed) return null;
  return typed;
}

/** Whether the hub named this part, or what it is in. */
export function isRefused(path: string, field: string): boolean {
  const named = dotted(field);
  return named !== "" && (path === named || path.startsWith(`${named}.`));
}

/** The line, from 1, of a text of two spaces a level on which the refused field begins; 0: it is not there. */
export function lineOf(text: string, field: string): number {
  const path = dotted(field).split(".");
  const open: string[] = [];
  const places: number[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const depth = Math.floor((line.length - line.trimStart().length) / 2);
    if (depth < 1 || /^\s*[\]}]/.test(line)) continue;
    const name = /^\s*"((?:[^"\\]|\\.)*)":/.exec(line)?.[1];
    places.length = Math.min(places.length, depth);
    places[depth - 1] = (places[depth - 1] ?? -1) + 1;
    open.length = depth - 1;
    open[depth - 1] = name ?? String(places[depth - 1]);
    if (open.length === path.length && open.every((one, at) => one === path[at])) return index + 1;
  }
  return 0;
}

function dotted(field: string): string {
  return field.replace(/\[(\d+)\]/g, ".$1");
}
