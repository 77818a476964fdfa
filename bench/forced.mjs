import { Sampler } from "../dist/src/engine/index.js";
import { cpuMs } from "./tools.mjs";

/** Reads a sequence and samples id by id, replaces each sample by the next id of the sequence, and measures the time. */
export class Forced {
  /** Time so far, in milliseconds. */
  clock = 0;
  cpu = 0;
  #vocabularySize;
  #context;
  #rangeOf;
  #sampler = new Sampler({ seed: 1 });
  #ids = [];
  #position = 0;

  /** @param rangeOf the range from which the id after a position is sampled. Default: all ids. */
  constructor({ vocabularySize }, context, rangeOf) {
    this.#vocabularySize = vocabularySize;
    this.#context = context;
    this.#rangeOf = rangeOf;
  }

  /** The counts of drafted and accepted ids, if there are drafts. */
  get report() {
    return this.#context.report;
  }

  /** Reads the prompt. */
  async start(ids, prompt) {
    this.#ids = ids;
    this.#position = prompt;
    await this.#context.prefill(ids.slice(0, prompt), {});
  }

  /** Reads `count` ids, and samples one after each. */
  async advance(count) {
    const [clock, cpu] = [performance.now(), cpuMs()];
    for (let i = 0; i < count; i += 1) {
      const range = this.#rangeOf?.(this.#position);
      const { logits } = await this.#context.append([this.#ids[this.#position]], {
        range,
        contextShift: true,
      });
      const slice = range && { first: range.first, vocabularySize: this.#vocabularySize };
      this.#sampler.sample(logits, this.#position, { slice });
      this.#position += 1;
    }
    this.clock += performance.now() - clock;
    this.cpu += cpuMs() - cpu;
  }
}
