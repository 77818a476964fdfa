/** Versions of a piece, each grown out of another one at some place. */
import type { Span } from "../sound/sound.ts";
import type { Piece } from "./piece.ts";

export interface Branch {
  readonly name: string;
  piece: Piece;
  /** Where it left its parent. */
  readonly forkSeconds: number;
  /** Where it is like its parent again. Default: nowhere. */
  readonly joinSeconds?: number;
  readonly parent: Branch | undefined;
  /** Where the visitor was in it last, and how far it has been heard. */
  seconds: number;
  heardSeconds: number;
  /** The seed it is written with, where that is not the one of the settings. */
  readonly seed?: number;
}

export class Branches {
  #list: Branch[] = [];
  #current: Branch | undefined;

  get list(): readonly Branch[] {
    return this.#list;
  }

  get current(): Branch | undefined {
    return this.#current;
  }

  /** What the current branch is compared with: its parent, or of the parent its newest child. */
  get compared(): Branch | undefined {
    const { parent } = this.#current ?? {};
    return parent ?? this.#list.findLast((branch) => branch.parent === this.#current);
  }

  /** Where the current branch and the compared one differ. */
  get difference(): Span {
    const { forkSeconds = 0, joinSeconds = Infinity } =
      (this.#current?.parent ? this.#current : this.compared) ?? {};
    return { fromSeconds: forkSeconds, toSeconds: joinSeconds };
  }

  /** Another piece altogether. */
  start(piece: Piece): Branch {
    const branch = { name: "main", piece, forkSeconds: 0, parent: undefined, seconds: 0, heardSeconds: 0 };
    this.#list = [branch];
    this.#current = branch;
    return branch;
  }

  /** Grows a branch out of the current one, and goes over to it. */
  grow(piece: Piece, place: Pick<Branch, "name" | "forkSeconds" | "joinSeconds" | "seed">): Branch {
    const { forkSeconds } = place;
    const branch = {
      ...place,
      piece,
      parent: this.#current,
      seconds: forkSeconds,
      heardSeconds: forkSeconds,
    };
    this.#list.push(branch);
    this.#current = branch;
    return branch;
  }

  /** Gives a branch other music. */
  swap(branch: Branch, piece: Piece): void {
    branch.piece = piece;
  }

  select(branch: Branch): void {
    this.#current = branch;
  }

  /** Drops a branch; those that grew out of it stay, and count as grown out of its parent. The last one cannot go. */
  remove(branch: Branch): void {
    if (this.#list.length === 1) return;
    this.#list = this.#list
      .filter((other) => other !== branch)
      .map((other) => (other.parent === branch ? Object.assign(other, { parent: branch.parent }) : other));
    if (this.#current === branch) this.#current = branch.parent ?? this.#list[0];
  }
}
