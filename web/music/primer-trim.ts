/** Cuts the end of the primer, and restores what was cut. */
import type { Music } from "./music.ts";
import type { Playback } from "./playback.ts";

export class PrimerTrim {
  readonly #playback: Playback;
  /** The trimmed piece, and its primer before that. */
  #trimmed: { readonly piece: Music; readonly primer: Music } | undefined;

  constructor(playback: Playback) {
    this.#playback = playback;
  }

  get isPossible(): boolean {
    const { branches, piece } = this.#playback;
    return branches.list.length === 1 && piece?.hasOnlyPrimer === true;
  }

  /** Whether the current piece has been trimmed. */
  get isTrimmed(): boolean {
    return this.#trimmed !== undefined && this.#trimmed.piece === this.#playback.piece;
  }

  /** Ends the primer at a time, at most where it ended at first. Generated music is removed. */
  trim(seconds: number): void {
    const { piece } = this.#playback;
    if (!piece) return;
    if (!this.isTrimmed) this.#playback.history.record();
    const primer = this.#trimmed?.piece === piece ? this.#trimmed.primer : piece.cut(piece.primerLength);
    const trimmed = primer.cut(Math.max(1, primer.lengthAt(seconds)));
    const at = Math.min(this.#playback.seconds, trimmed.seconds);
    this.#playback.stop();
    const { file, take } = this.#playback.branches.current ?? {};
    const branch = this.#playback.branches.start(trimmed, file, take);
    branch.seconds = at;
    this.#playback.open(branch, at, 0);
    this.#trimmed = { piece: trimmed, primer };
  }
}
