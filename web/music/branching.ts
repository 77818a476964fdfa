/** Branches the music, and moves between the branches. */
import { branchWords } from "../why/event-words.ts";
import type { TimedEvent } from "../../encoding/index.ts";
import { BandPiece } from "./band-piece.ts";
import { clock } from "../words.ts";
import type { Branch, Place } from "./branches.ts";
import type { Music } from "./music.ts";
import { Piece } from "./piece.ts";
import type { Playback } from "./playback.ts";

/** Playback of a branch starts this long before its fork. */
const RUN_UP_SECONDS = 1;

export class Branching {
  readonly #playback: Playback;

  constructor(playback: Playback) {
    this.#playback = playback;
  }

  /** Selects a branch. Playback continues at the same time if the branch contains it. */
  select(branch: Branch): void {
    this.#playback.savePosition();
    const seconds = Math.min(this.#playback.seconds, branch.piece.seconds);
    this.#playback.branches.select(branch);
    this.#playback.open(branch, seconds);
  }

  /** Moves to the next branch, or with -1 to the one before. @returns whether there is another. */
  next(step: number): boolean {
    const { list, current } = this.#playback.branches;
    if (!current || list.length < 2) return false;
    const branch = list[(list.indexOf(current) + step + list.length) % list.length];
    if (branch) this.select(branch);
    return true;
  }

  /** @param isKept whether the removal can be undone. */
  remove(branch: Branch, isKept = true): void {
    if (isKept) this.#playback.history.record();
    const { branches } = this.#playback;
    const isCurrent = branch === branches.current;
    branches.remove(branch);
    if (isCurrent && branches.current) this.#playback.open(branches.current, this.#playback.seconds);
    else this.#playback.changed.emit();
  }

  /**
   * Branches at an event: keeps the ids before `index`, replaces that id by `id`, and generates the rest. Call it in a click or
   * key handler.
   */
  branchAt(index: number, id: number): void {
    const { piece } = this.#playback;
    if (!(piece instanceof Piece)) return;
    const branched = piece.cut(index);
    branched.push(id);
    const place = { name: branchWords(piece, index, id), forkSeconds: piece.secondsAt(index - 1) };
    this.#grow(branched, place, 0).heardSeconds = 0;
    void this.#playback.prepare();
  }

  /** Branches at a time of the music: keeps what is before it, and generates the rest. */
  continueFrom(seconds: number): void {
    const { piece } = this.#playback;
    if (!piece) return;
    const kept = piece.cut(piece.lengthAt(seconds));
    const forkSeconds = Math.min(seconds, kept.seconds);
    this.#grow(kept, { name: `from ${clock(forkSeconds)}`, forkSeconds }, kept.seconds);
  }

  /** Branches at an event of several instruments: keeps the events before `index`, appends another one, and generates the rest. */
  branchWith(index: number, event: TimedEvent, name: string): void {
    const { piece } = this.#playback;
    if (!(piece instanceof BandPiece)) return;
    const branched = piece.cut(index);
    branched.push(event);
    this.#grow(branched, { name, forkSeconds: piece.secondsAt(index) }, 0).heardSeconds = 0;
    void this.#playback.prepare();
  }

  /** Adds music derived from the current branch as a new branch and selects it. The current branch is unchanged. */
  branchTo(piece: Music, place: Place): Branch {
    // The whole music counts as heard, so that changed settings do not replace it.
    return this.#grow(piece, place, piece.seconds);
  }

  #grow(piece: Music, place: Place, heardSeconds: number): Branch {
    this.#playback.history.record();
    const branch = this.#playback.branches.grow(piece, place);
    this.#playback.open(branch, Math.max(0, place.forkSeconds - RUN_UP_SECONDS), heardSeconds);
    return branch;
  }
}
