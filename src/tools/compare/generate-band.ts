/** Generates the music of a comparison with a model of several instruments. */
import type { BandModel } from "../../music/index.ts";
import type { Piece } from "./compare.ts";
import type { GenerateSetOptions } from "./generate.ts";
import { cutWindows, gridNotes } from "./windows.ts";

/** Generates `count` pieces, one after the other. Pieces without notes other than percussion are omitted. */
export async function generateBandSet(
  model: BandModel,
  { seed: first, count, seconds, onProgress, ...sampling }: Omit<GenerateSetOptions, "driftControl">,
): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for (let done = 0; done < count; done += 1) {
    const seed = first + done;
    const { score } = await model.generate({
      ...sampling,
      seconds,
      seed,
      onEvent: (note) =>
        onProgress?.({ masked: true, seconds: done * seconds + note.seconds, total: count * seconds }),
    });
    const windows = cutWindows(`seed ${seed}`, gridNotes(score), seconds);
    if (windows.length > 0) pieces.push(windows);
  }
  return pieces;
}
