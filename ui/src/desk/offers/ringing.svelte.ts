/** Offers are heard, and seen where the page is not: a soft double tone, and a notification of the desktop. */

const KEPT = "hub.muted";
const EVERY_MS = 2600;
const TONES = [
  [659, 0],
  [880, 0.16],
] as const;

class Ringing {
  muted = $state(typeof localStorage !== "undefined" && localStorage.getItem(KEPT) === "yes");
  /** What the browser says of notifications; `denied` too where it has none. */
  may = $state<NotificationPermission>(typeof Notification === "undefined" ? "denied" : Notification.permission);
  #sound: AudioContext | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;
  #shown: Notification | null = null;

  mute(muted: boolean): void {
    this.muted = muted;
    localStorage.setItem(KEPT, muted ? "yes" : "");
  }

  async ask(): Promise<void> {
    this.may = await Notification.requestPermission();
  }

  /** Ring until it is stopped; said beside it where the page is not seen. */
  start(title: string, text: string): void {
    this.stop();
    this.#tone();
    this.#timer = setInterval(() => this.#tone(), EVERY_MS);
    if (this.may !== "granted" || !document.hidden) return;
    this.#shown = new Notification(title, { body: text, tag: "offer", requireInteraction: true });
    this.#shown.onclick = () => window.focus();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#shown?.close();
    this.#shown = null;
  }

  #tone(): void {
    if (this.muted || typeof AudioContext === "undefined") return;
    this.#sound ??= new AudioContext();
    const sound = this.#sound;
    if (sound.state === "suspended") void sound.resume().catch(() => {});
    for (const [pitch, after] of TONES) {
      const at = sound.currentTime + after;
      const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
      tone.frequency.value = pitch;
      loudness.gain.setValueAtTime(0, at);
      loudness.gain.linearRampToValueAtTime(0.12, at + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
      tone.connect(loudness).connect(sound.destination);
      tone.start(at);
      tone.stop(at + 0.55);
    }
  }
}

export const ringing = new Ringing();
