/** The one way to the hub: typed by its own OpenAPI document, patient where the hub is away, plain where it says no. */
import createClient, { type Middleware } from "openapi-fetch";
import { opened } from "../words/hub.svelte";
import type { paths } from "./schema";

/** What the hub refuses, as it says it (RFC 9457). `status` 0: it could not be reached. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly field = "",
    readonly errors: readonly { field: string; message: string; line: number }[] = [],
    /** What exactly is wrong, where the type does not say it all. */
    readonly code = "",
  ) {
    super(message);
  }

  /** `refused`, `conflict`, `forbidden`, …: what follows `urn:hub:problem:`. */
  get kind(): string {
    return this.type.replace("urn:hub:problem:", "");
  }
}

type Listener = (status: 401 | 423) => void;
const listeners = new Set<Listener>();

/** Be told when the hub says that nobody is signed in (401), or that the session is locked (423). */
export function onSessionEnd(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The hub says so on a stream, too. */
export function sessionEnded(status: number): void {
  if (status === 401 || status === 423) for (const listener of listeners) listener(status);
}

const WAITS = [300, 1000, 2500];
const AWAY = [502, 503, 504];

/** `fetch` that asks again where the hub was not reached: every command names itself, so that a repeat changes nothing. */
async function patient(request: Request): Promise<Response> {
  for (let attempt = 0; ; attempt++) {
    const wait = WAITS[attempt];
    try {
      const response = await fetch(request.clone());
      if (wait === undefined || !AWAY.includes(response.status)) return response;
    } catch (error) {
      if (request.signal.aborted) throw error;
      if (wait === undefined) throw new Refusal(0, "unreachable", String(error));
    }
    await new Promise((done) => setTimeout(done, wait));
  }
}

const named: Middleware = {
  onRequest({ request }) {
    if (request.method !== "GET" && !request.headers.has("Idempotency-Key")) {
      request.headers.set("Idempotency-Key", crypto.randomUUID());
    }
    return request;
  },
  async onResponse({ response, schemaPath }) {
    if (response.ok) return;
    if (!schemaPath.startsWith("/v1/session")) sessionEnded(response.status);
    throw await refusal(response);
  },
};

/** What an answer that is not good says; by then it can be worded in the reader's language. */
export async function refusal(response: Response): Promise<Refusal> {
  await opened();
  const said = (await response.json().catch(() => ({}))) as Record<string, unknown>;
  return new Refusal(
    response.status,
    String(said.type ?? "about:blank"),
    String(said.detail ?? response.statusText),
    String(said.field ?? ""),
    Array.isArray(said.errors) ? said.errors : [],
    String(said.code ?? ""),
  );
}

const client = createClient<paths>({ fetch: patient });
client.use(named);

/**
 * `await hub.GET("/v1/queues/{name}", {params: {path: {name}}})` and its like; all that is not 2xx is thrown as `Refusal`.
 * Take the body with `answer`.
 */
export const hub = client;

/** The body of a good answer. */
export async function answer<T>(asked: Promise<{ data?: T }>): Promise<NonNullable<T>> {
  return (await asked).data as NonNullable<T>;
}

/** A name for a command that stays the same however often it is sent. */
export function requestId(): string {
  return crypto.randomUUID();
}
