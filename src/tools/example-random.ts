import { philox } from "../engine/index.ts";

const TWO_32 = 0x100000000;

/** The random stream of one example, uniform in [0, 1): a function of the seed, the kind and the serial number only. */
export class ExampleRandom {
  readonly #key: readonly [number, number];
  readonly #example: readonly [number, number];
  readonly #words = new Uint32Array(4);
  #index = 0;

  constructor(seed: number, kind: number, serial: number) {
    this.#key = [seed % TWO_32, Math.floor(seed / TWO_32)];
    this.#example = [kind, serial];
  }

  next(): number {
    const [kind, serial] = this.#example;
    philox([this.#index, serial, kind, 1], this.#key, this.#words);
    this.#index += 1;
    return this.#words[0]! / TWO_32;
  }
}
