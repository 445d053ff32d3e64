// Plays clips one after another without gaps; calls that come while one is spoken wait for their turn.

const CHIME = [[660, 0], [528, 0.35]];
const AFTER_CHIME = 1.0;
const BETWEEN = 0.45;
const MOST_WAITING = 6;

export class Speaker {
  constructor(folder) {
    this.folder = folder;
    this.context = new AudioContext();
    this.loaded = new Map();
    this.queue = [];
    this.speaking = false;
    this.said = [];
  }

  awake() { return this.context.state === "running"; }

  wake() { return Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 500))]); }

  // `sentences`: the same call in each language. What waits too long is dropped, oldest first: the display still shows it.
  say(sentences) {
    this.queue.push(sentences);
    while (this.queue.length > MOST_WAITING) this.queue.shift();
    if (!this.speaking) this.work();
  }

  async work() {
    this.speaking = true;
    while (this.queue.length) {
      const sentences = this.queue.shift();
      this.said = [...this.said, ...sentences].slice(-40);
      try { if (this.awake()) await this.play(sentences); } catch { /* a call that can't be heard is still shown */ }
    }
    this.speaking = false;
  }

  async play(sentences) {
    const spoken = await Promise.all(sentences.map((names) => Promise.all(names.map((name) => this.clip(name)))));
    let at = this.context.currentTime + 0.05;
    for (const [pitch, after] of CHIME) this.tone(pitch, at + after);
    at += AFTER_CHIME;
    for (const clips of spoken) {
      for (const clip of clips.filter(Boolean)) {
        const source = new AudioBufferSourceNode(this.context, { buffer: clip });
        source.connect(this.context.destination);
        source.start(at);
        at += clip.duration;
      }
      at += BETWEEN;
    }
    await new Promise((done) => setTimeout(done, (at - this.context.currentTime) * 1000));
  }

  tone(pitch, at) {
    const volume = new GainNode(this.context, { gain: 0 });
    const source = new OscillatorNode(this.context, { frequency: pitch });
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.3, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.9);
    source.connect(volume).connect(this.context.destination);
    source.start(at);
    source.stop(at + 0.95);
  }

  // A clip that isn't there is left out: the rest is still worth hearing.
  async clip(name) {
    if (!this.loaded.has(name)) {
      const loading = fetch(`${this.folder}/${encodeURI(name)}.opus`)
        .then((answer) => (answer.ok ? answer.arrayBuffer() : null))
        .then((data) => data && this.context.decodeAudioData(data));
      this.loaded.set(name, loading);
      loading.catch(() => this.loaded.delete(name));
    }
    return this.loaded.get(name);
  }
}
