/** The random numbers of a generation that are not for its samples. Those of the samples have a last counter word of 0 (`engine/random.ts`). */
import { philox } from "../engine/index.ts";

/** The last word of the counter, by the use of the numbers. */
const STREAMS = { noteEnds: 1, recall: 2, shortestNotes: 3, endFactor: 4 } as const;
const TWO_32 = 0x100000000;
const words: Uint32Array = new Uint32Array(4);

/** Two uniform numbers in [0, 1): a function of the seed, the use and an index below 2³². */
export function randomNumbers(
  seed: number,
  stream: keyof typeof STREAMS,
  index: number,
): readonly [number, number] {
  philox([index, 0, 0, STREAMS[stream]], [seed % TWO_32, Math.floor(seed / TWO_32)], words);
  return [words[0]! / TWO_32, words[1]! / TWO_32];
}

/** Half the distance between two of these numbers. Added to one, it gives a number above 0, which has a logarithm. */
export const HALF_STEP = 0.5 / TWO_32;
