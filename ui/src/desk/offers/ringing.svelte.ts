/** Offers are heard, and seen where nobody looks at the page: a soft double tone, and a notification of the desktop. */
import { play, type Tone } from "../../design/tones";

const KEPT = "hub.muted";
const EVERY_MS = 2600;
const LOUDNESS = 0.12;
const TONES: readonly Tone[] = [
  [659, 0, 0.55],
  [880, 0.16, 0.55],
];

class Ringing {
  muted = $state(typeof localStorage !== "undefined" && localStorage.getItem(KEPT) === "yes");
  /** What the browser says of notifications; `denied` too where it has none. */
  may = $state<NotificationPermission>(typeof Notification === "undefined" ? "denied" : Notification.permission);
  /** What rings, in words; empty: nothing does. */
  now = $state("");
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown: Notification | null = null;
  #leave = (): void => {};

  mute(muted: boolean): void {
    this.muted = muted;
    localStorage.setItem(KEPT, muted ? "yes" : "");
  }

  async ask(): Promise<void> {
    this.may = await Notification.requestPermission();
  }

  /** Ring until it is stopped; said beside it as soon as nobody looks at the page. */
  start(title: string, text: string): void {
    this.stop();
    this.now = `${title} ${text}`;
    this.#tone();
    this.#timer = setInterval(() => this.#tone(), EVERY_MS);
    const tell = (): void => this.#tell(title, text);
    const seen = (): void => this.#put();
    addEventListener("blur", tell);
    addEventListener("focus", seen);
    document.addEventListener("visibilitychange", tell);
    this.#leave = () => {
      removeEventListener("blur", tell);
      removeEventListener("focus", seen);
      document.removeEventListener("visibilitychange", tell);
    };
    tell();
  }

  stop(): void {
    this.now = "";
    clearInterval(this.#timer);
    this.#leave();
    this.#put();
  }

  #tell(title: string, text: string): void {
    if (this.#shown || this.may !== "granted" || (document.hasFocus() && !document.hidden)) return;
    this.#shown = new Notification(title, { body: text, tag: "offer", requireInteraction: true });
    this.#shown.onclick = () => window.focus();
  }

  #put(): void {
    this.#shown?.close();
    this.#shown = null;
  }

  #tone(): void {
    if (!this.muted) play(TONES, LOUDNESS);
  }
}

export const ringing = new Ringing();
