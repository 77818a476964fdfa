/** Writes what the user plays behind the music that has been heard. */
import { PERFORMANCE_416, type Vocabulary } from "../../encoding/index.ts";
import { Piece } from "../music/piece.ts";
import type { PieceOpener } from "../music/piece-opener.ts";
import type { Playback } from "../music/playback.ts";

export class Recorder {
  readonly #playback: Playback;
  readonly #opener: PieceOpener;

  constructor(playback: Playback, opener: PieceOpener) {
    this.#playback = playback;
    this.#opener = opener;
  }

  /**
   * Stops playback and removes the music that has not been heard.
   *
   * @returns an empty recording behind the playback position, where all notes are ended.
   */
  start(): Recording {
    this.#playback.stop();
    if (this.#playback.piece) this.#playback.history.record();
    const { piece: current } = this.#playback;
    // Only a piano model answers.
    const piece = current instanceof Piece ? current : this.#openEmpty();
    const heardLength = Math.max(piece.keptLength, piece.lengthAt(this.#playback.player?.seconds ?? 0));
    const base = piece.cut(piece.seconds === 0 ? piece.ids.length : heardLength);
    for (const pitch of base.openPitches()) base.push(base.vocabulary.id("NOTE_OFF", pitch));
    return new Recording(base, () => this.#show(base));
  }

  #openEmpty(): Piece {
    const piece = new Piece(PERFORMANCE_416);
    this.#opener.show(piece);
    return piece;
  }

  #show(piece: Piece): void {
    const { branches } = this.#playback;
    if (!branches.current) return;
    branches.swap(branches.current, piece);
    this.#playback.open(branches.current, piece.seconds, piece.seconds);
  }
}

/** A phrase of the user at the end of a piece. */
export class Recording {
  readonly #piece: Piece;
  readonly #baseLength: number;
  readonly #onWrite: () => void;

  /** @param base the piece before the phrase. */
  constructor(base: Piece, onWrite: () => void) {
    this.#piece = base;
    this.#baseLength = base.ids.length;
    this.#onWrite = onWrite;
  }

  get vocabulary(): Vocabulary {
    return this.#piece.vocabulary;
  }

  /** Replaces the phrase. */
  write(ids: readonly number[]): void {
    this.#piece.truncate(this.#baseLength);
    for (const id of ids) this.#piece.push(id, "primer");
    this.#onWrite();
  }
}
