/** Opens a piece from a file, a link or the user's input. */
import type { Music } from "./music.ts";
import type { OpenedFile } from "./opened-file.ts";
import type { Playback } from "./playback.ts";
import { Signal } from "../signal.ts";

export class PieceOpener {
  /** A piece has been opened without playing it. */
  readonly shown = new Signal();
  readonly #playback: Playback;

  constructor(playback: Playback) {
    this.#playback = playback;
  }

  /**
   * Shows a piece without playing it. Needs neither sound nor model.
   *
   * @param heardSeconds up to here the piece is not generated again.
   */
  show(piece: Music, heardSeconds = 0, file?: OpenedFile): void {
    if (this.#playback.piece) this.#playback.history.record();
    this.#playback.stop();
    const branch = this.#playback.branches.start(piece, file);
    branch.heardSeconds = heardSeconds;
    this.#playback.open(branch);
    this.#playback.applySettings();
    this.shown.emit();
  }
}
