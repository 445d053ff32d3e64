// Asks the branch's process and hears from it: requests with the reason why not, and a state that comes back after a cut.

export class RefusedError extends Error {
  constructor(status, reason, { field = "", code = "", about = {} } = {}) {
    super(reason);
    Object.assign(this, { status, field, code, about });
  }
}

export const branch = decodeURIComponent(location.pathname.split("/")[2] ?? "");
export const base = `/b/${encodeURIComponent(branch)}`;

// `status` 0: no answer came, so nobody knows whether it was done.
export async function request(path, body, { token = "", patience = 10_000 } = {}) {
  const headers = { Accept: "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  let told = {};
  try {
    const signal = AbortSignal.timeout(patience);
    answer = await fetch(path, { method: body === undefined ? "GET" : "POST", headers, signal, body: body && JSON.stringify(body) });
    told = await answer.json().catch((broken) => { if (answer.ok) throw broken; return {}; });
  } catch {
    throw new RefusedError(0, "no answer");
  }
  if (!answer.ok) throw new RefusedError(answer.status, told.reason || `${answer.status}`, told);
  return told;
}

const LONGEST_WAIT = 10_000;
const PROBES_EVERY = 25_000;
const PROBE_PATIENCE = 8_000;
const GONE = new Set([4401, 4403, 4404]);

// Follows a WebSocket that tells the whole state. `cut` says whether it is heard just now, `gone` that it is over for good.
// A connection that died without a word looks like one where nothing happens: `probe` is asked for now and then.
export function live(path, { token = "", probe, state, cut = () => {}, gone = () => {} }) {
  let socket = null;
  let tries = 0;
  let timer = 0;
  let over = false;
  const connect = () => {
    clearTimeout(timer);
    timer = 0;
    const own = new WebSocket(location.origin.replace(/^http/, "ws") + path);
    socket = own;
    own.onopen = () => token && own.send(JSON.stringify({ token }));
    own.onmessage = (event) => {
      if (over || socket !== own) return;
      tries = 0;
      cut(false);
      state(JSON.parse(event.data));
    };
    own.onclose = (event) => {
      if (over || socket !== own) return;
      if (GONE.has(event.code)) { over = true; gone(event.code); return; }
      cut(true);
      tries += 1;
      timer ||= setTimeout(connect, Math.min(LONGEST_WAIT, 250 * 2 ** tries) * (0.5 + Math.random() / 2));
    };
  };
  const again = () => { if (!over && timer) connect(); };
  // Doesn't wait until the other side agrees to the end: it may never.
  const lost = () => {
    if (over || timer) return;
    const old = socket;
    socket = null;
    old.close();
    cut(true);
    timer = setTimeout(connect, 500);
  };
  const probing = setInterval(() => request(probe, undefined, { patience: PROBE_PATIENCE }).catch((refused) => { if (!refused.status) lost(); }), PROBES_EVERY);
  addEventListener("online", again);
  addEventListener("offline", lost);
  document.addEventListener("visibilitychange", again);
  connect();
  return {
    stop() {
      over = true;
      clearTimeout(timer);
      clearInterval(probing);
      removeEventListener("online", again);
      removeEventListener("offline", lost);
      document.removeEventListener("visibilitychange", again);
      socket?.close();
    },
  };
}

// A name of the page's own for a request, so that what is repeated isn't done twice.
export function ownId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
}
