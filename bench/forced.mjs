import { Sampler } from "../dist/src/engine/index.js";
import { cpuMs } from "./tools.mjs";

/** A sequence that is read and sampled id by id, each sample replaced by the next id of the sequence; timed. */
export class Forced {
  /** Time so far, in milliseconds. */
  clock = 0;
  cpu = 0;
  #vocabularySize;
  #context;
  #rangeOf;
  #sampler = new Sampler({ seed: 1 });
  #ids = [];
  #place = 0;

  /** @param rangeOf the ids among which the one behind a place is sampled. Default: all. */
  constructor({ vocabularySize }, context, rangeOf) {
    this.#vocabularySize = vocabularySize;
    this.#context = context;
    this.#rangeOf = rangeOf;
  }

  /** What became of the drafts, if there are any. */
  get report() {
    return this.#context.report;
  }

  /** Reads the prompt. */
  async start(ids, prompt) {
    this.#ids = ids;
    this.#place = prompt;
    await this.#context.prefill(ids.slice(0, prompt), {});
  }

  /** Reads `count` ids, and samples one behind each. */
  async advance(count) {
    const [clock, cpu] = [performance.now(), cpuMs()];
    for (let i = 0; i < count; i += 1) {
      const range = this.#rangeOf?.(this.#place);
      const { logits } = await this.#context.append([this.#ids[this.#place]], { range, contextShift: true });
      const slice = range && { first: range.first, vocabularySize: this.#vocabularySize };
      this.#sampler.sample(logits, this.#place, { slice });
      this.#place += 1;
    }
    this.clock += performance.now() - clock;
    this.cpu += cpuMs() - cpu;
  }
}
