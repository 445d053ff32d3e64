/**
 * An agent's phone in the browser: SIP over a WebSocket, sound by WebRTC. For a page that bundles JsSIP 3.13:
 *
 *   const phone = new Softphone(() => hub.get(`/v1/agents/${me}/phone`), document.querySelector("audio"));
 *   phone.addEventListener("change", () => show(phone.state, phone.caller, phone.reason));
 *   phone.start();
 *
 * It rings when the hub offers a call: `answer()` accepts the offer, `decline()` and `busy()` send it to the next agent,
 * `hangUp()` ends the conversation. `hold()` and `resume()` are told to the hub, as if its API were asked; transfer and
 * conference are its commands alone. What its agent asked for at the desktop (a call to a customer, say) is answered by
 * itself; `interaction` tells which work it is. `back()` takes up a call whose line was lost with the page that had it.
 * The password is asked for whenever it registers anew, and kept nowhere.
 */
import JsSIP from "jssip";

const AGAIN_MS = 5000;
const SOUND = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } };

/** `state`: `off`, `away` (calls don't reach it; `reason` says why), `ready`, `rings`, `talks`. Event: `change`. */
export class Softphone extends EventTarget {
  state = "off";
  caller = "";
  reason = "";
  interaction = "";
  muted = false;
  #credentials;
  #uri = "";
  #answered = false;
  #audio;
  #agent = null;
  #session = null;
  #timer = 0;

  /** `credentials`: resolves to `{url, uri, user, password}`. `audio`: the element the customer is heard from. */
  constructor(credentials, audio) {
    super();
    this.#credentials = credentials;
    this.#audio = audio;
  }

  /** Registers, and again whenever that was lost. */
  async start() {
    this.stop();
    this.#change("away");
    try {
      this.#register(await this.#credentials());
    } catch (error) {
      this.#later(error.message);
    }
  }

  /** No call reaches it any more; one that runs is over. */
  stop() {
    clearTimeout(this.#timer);
    this.#agent?.removeAllListeners();
    this.#agent?.stop();
    this.#agent = null;
    this.#change("off");
  }

  /** The customer is on the line once `state` is `talks`. */
  answer() {
    if (this.state !== "rings" || this.#answered) return;
    this.#answered = true;
    this.#session.answer(SOUND);
  }

  /** To the call this agent has, whose line is gone; `failed` comes where there is none. */
  back() {
    if (this.#session || !this.#agent?.isRegistered()) return;
    this.#agent.call(this.#uri.replace(/^sip:[^@]*/, "sip:back"), SOUND);
  }

  decline() {
    this.#session?.terminate({ status_code: 603 });
  }

  busy() {
    this.#session?.terminate({ status_code: 486 });
  }

  hangUp() {
    this.#session?.terminate();
  }

  hold() {
    this.#session?.hold();
  }

  resume() {
    this.#session?.unhold();
  }

  /** Nobody hears what is said here, until it is taken back. */
  mute(muted) {
    if (muted) this.#session?.mute({ audio: true });
    else this.#session?.unmute({ audio: true });
    this.muted = !!this.#session && muted;
    this.#change(this.state);
  }

  /** Packets of sound so far. */
  async sound() {
    const told = { sent: 0, received: 0 };
    const stats = (await this.#session?.connection?.getStats()) ?? [];
    stats.forEach((one) => {
      if (one.type === "outbound-rtp") told.sent += one.packetsSent;
      if (one.type === "inbound-rtp") told.received += one.packetsReceived;
    });
    return told;
  }

  #register({ url, uri, user, password }) {
    this.#uri = uri;
    const sockets = [new JsSIP.WebSocketInterface(url)];
    this.#agent = new JsSIP.UA({
      sockets, uri, password, authorization_user: user, register_expires: 120, session_timers: false,
    });
    this.#agent.on("registered", () => this.#change(this.#session ? this.state : "ready"));
    this.#agent.on("unregistered", () => this.#lost("not registered"));
    this.#agent.on("disconnected", () => this.#lost("no connection"));
    this.#agent.on("registrationFailed", ({ cause }) => this.#later(cause));
    this.#agent.on("newRTCSession", ({ originator, session, request }) => this.#begin(session, originator === "remote" && request));
    this.#agent.start();
  }

  /** `invited`: by this request; else it was begun here. */
  #begin(session, invited) {
    if (this.#session) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.#session = session;
    this.#answered = false;
    this.caller = invited ? session.remote_identity.uri.user : "";
    this.interaction = (invited && invited.getHeader("X-Hub-Interaction")) || "";
    if (session.connection) this.#hear(session.connection);
    else session.on("peerconnection", ({ peerconnection }) => this.#hear(peerconnection));
    session.on("confirmed", () => this.#change("talks"));
    session.on("ended", ({ cause }) => this.#over(cause));
    session.on("failed", ({ cause }) => this.#over(cause));
    if (!invited) return;
    this.#change("rings");
    if (invited.getHeader("X-Hub-Answer") === "at-once") this.answer();
  }

  #hear(connection) {
    connection.addEventListener("track", ({ streams, track }) => {
      this.#audio.srcObject = streams[0] ?? new MediaStream([track]);
    });
  }

  #over(reason) {
    this.#session = null;
    this.#audio.srcObject = null;
    this.caller = "";
    this.interaction = "";
    this.muted = false;
    this.#change(this.#agent?.isRegistered() ? "ready" : "away", reason);
  }

  #lost(reason) {
    if (!this.#session) this.#change("away", reason);
  }

  /** With a password that is good now: what it had may be good no longer. Not while somebody is on the line. */
  #later(reason) {
    this.#lost(reason);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#session ? this.#later(reason) : this.start()), AGAIN_MS);
  }

  #change(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.dispatchEvent(new Event("change"));
  }
}
