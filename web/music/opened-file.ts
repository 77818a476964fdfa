/** A MIDI file that the music began with. Saving changes only what has changed. */
import type { Score } from "../../encoding/index.ts";
import type { EncodedPrimer } from "../../src/music/index.ts";

export interface OpenedFile {
  readonly name: string;
  /** Undefined for a damaged file, of which parts were read. */
  readonly bytes: Uint8Array<ArrayBuffer> | undefined;
  /** All tracks. */
  readonly score: Score;
  /** The chosen tracks. */
  readonly tracks: readonly number[];
  /** These as the primer of a piano model. */
  readonly primer: EncodedPrimer;
}
