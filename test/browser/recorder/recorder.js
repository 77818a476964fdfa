/** Keeps all that it hears, from the audio thread: what is late on a busy machine is late, but nothing is lost. */
class Recorder extends AudioWorkletProcessor {
  #blocks = [];
  /** Time of the audio clock at which it begins, in seconds. */
  #from = currentTime;

  constructor() {
    super();
    this.port.addEventListener("message", () => {
      const length = this.#blocks.reduce((sum, block) => sum + block.length, 0);
      const samples = new Float32Array(length);
      let at = 0;
      for (const block of this.#blocks) {
        samples.set(block, at);
        at += block.length;
      }
      this.#blocks = [];
      this.port.postMessage({ samples, from: this.#from }, [samples.buffer]);
    });
    this.port.start();
  }

  process([[channel] = []]) {
    if (this.#blocks.length === 0) this.#from = currentTime;
    this.#blocks.push(channel?.slice() ?? new Float32Array(BLOCK));
    return true;
  }
}

/** Samples a call without any input: the render quantum of Web Audio. */
const BLOCK = 128;

registerProcessor("recorder", Recorder);
