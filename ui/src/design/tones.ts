/** Short tones: one sound machine for all of them, quiet until the browser was touched. */

/** Pitch in Hertz, and when it begins and how long it sounds, in seconds. */
export type Tone = readonly [pitch: number, after: number, seconds: number];

const SOFT_SECONDS = 0.02;
const SILENCE = 0.0001;
let machine: AudioContext | null = null;

/** Play these; nothing where there is no sound. */
export function play(tones: readonly Tone[], loudness: number): void {
  if (typeof AudioContext === "undefined") return;
  machine ??= new AudioContext();
  if (machine.state === "suspended") void machine.resume().catch(() => {}); // not touched yet: it may not
  for (const [pitch, after, seconds] of tones) {
    const [tone, volume] = [machine.createOscillator(), machine.createGain()];
    const at = machine.currentTime + after;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(loudness, at + SOFT_SECONDS);
    volume.gain.exponentialRampToValueAtTime(SILENCE, at + seconds);
    tone.connect(volume).connect(machine.destination);
    tone.start(at);
    tone.stop(at + seconds);
  }
}
