/** A MIDI file that the music began with. Saving changes only what has changed. */
import type { Score } from "../../encoding/index.ts";
import type { EncodedPrimer } from "../../src/music/index.ts";

export interface OpenedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether only the undamaged parts of the file were read. */
  readonly isDamaged?: boolean;
  /** All tracks. */
  readonly score: Score;
  /** The chosen tracks. */
  readonly tracks: readonly number[];
  /** These as the primer of a piano model. */
  readonly primer: EncodedPrimer;
}
