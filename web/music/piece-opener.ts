/** Opens a piece from a file, a link or the user's input. */
import type { Branch } from "./branches.ts";
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
    this.#leave();
    const branch = this.#playback.branches.start(piece, file);
    branch.heardSeconds = heardSeconds;
    this.#open(branch);
  }

  /**
   * Shows the branches of a take without playing them.
   *
   * @param prepare sets what belongs to them; undo takes it back with them.
   */
  showBranches(list: readonly Branch[], current: Branch, prepare: () => void): void {
    this.#leave();
    prepare();
    this.#playback.branches.load(list, current);
    this.#open(current);
  }

  #leave(): void {
    if (this.#playback.piece) this.#playback.history.record();
    this.#playback.stop();
  }

  #open(branch: Branch): void {
    this.#playback.open(branch);
    this.#playback.applySettings();
    this.shown.emit();
  }
}
