/** Branches of a piece: versions that fork from each other. */
import type { Span } from "../sound/sound.ts";
import type { Music } from "./music.ts";
import type { OpenedFile } from "./opened-file.ts";

export interface Branch {
  readonly name: string;
  piece: Music;
  /** Time of the fork from the parent. */
  readonly forkSeconds: number;
  /** Time from which it equals its parent again. Default: never. */
  readonly joinSeconds?: number;
  readonly parent: Branch | undefined;
  /** Last playback position, and the end of the music that has been heard. */
  seconds: number;
  heardSeconds: number;
  /** The seed, if it differs from the setting. */
  readonly seed?: number;
  /** The seed of an accompaniment or of an infilled region. */
  readonly partSeed?: number;
  /** The file that the music began with. */
  readonly file?: OpenedFile | undefined;
  /** The take that it is a branch of: the same for all branches of a piece. */
  readonly take: string;
}

/** What a new branch has of its own. */
export type Place = Pick<Branch, "name" | "forkSeconds" | "joinSeconds" | "seed" | "partSeed">;

export class Branches {
  #list: Branch[] = [];
  #current: Branch | undefined;

  get list(): readonly Branch[] {
    return this.#list;
  }

  get current(): Branch | undefined {
    return this.#current;
  }

  /** The branch that the current one is compared with: its parent, or for the root its newest child. */
  get compared(): Branch | undefined {
    const { parent } = this.#current ?? {};
    return parent ?? this.#list.findLast((branch) => branch.parent === this.#current);
  }

  /** The time span in which the current branch and the compared one differ. */
  get difference(): Span {
    const { forkSeconds = 0, joinSeconds = Infinity } =
      (this.#current?.parent ? this.#current : this.compared) ?? {};
    return { fromSeconds: forkSeconds, toSeconds: joinSeconds };
  }

  /**
   * Starts a new piece with one branch.
   *
   * @param take the take that the piece belongs to. Default: a new one.
   */
  start(piece: Music, file?: OpenedFile, take = newTake()): Branch {
    const branch = {
      name: "original",
      piece,
      forkSeconds: 0,
      parent: undefined,
      seconds: 0,
      heardSeconds: 0,
      file,
      take,
    };
    this.load([branch], branch);
    return branch;
  }

  /** Replaces all branches by those of a take. */
  load(list: readonly Branch[], current: Branch): void {
    this.#list = [...list];
    this.#current = current;
  }

  /** Adds a branch to the current one and selects it. */
  grow(piece: Music, place: Place): Branch {
    const { forkSeconds } = place;
    const { file, take = newTake() } = this.#current ?? {};
    const branch = {
      ...place,
      name: this.#free(place.name),
      piece,
      parent: this.#current,
      file,
      take,
      seconds: forkSeconds,
      heardSeconds: forkSeconds,
    };
    this.#list.push(branch);
    this.#current = branch;
    return branch;
  }

  /** The name, with a number where another branch has it. */
  #free(name: string): string {
    let free = name;
    for (let number = 2; this.#list.some((branch) => branch.name === free); number += 1)
      free = `${name} (${number})`;
    return free;
  }

  /** @returns a function that restores the present branches. */
  keep(): () => void {
    const list = this.#list.map((branch) => ({ branch, piece: branch.piece, parent: branch.parent }));
    const current = this.#current;
    return () => {
      this.#list = list.map(({ branch, piece, parent }) => Object.assign(branch, { piece, parent }));
      this.#current = current;
    };
  }

  /** Replaces the music of a branch. */
  swap(branch: Branch, piece: Music): void {
    branch.piece = piece;
  }

  select(branch: Branch): void {
    this.#current = branch;
  }

  /** Removes a branch. Its children become children of its parent. The last branch cannot be removed. */
  remove(branch: Branch): void {
    if (this.#list.length === 1) return;
    this.#list = this.#list
      .filter((other) => other !== branch)
      .map((other) => (other.parent === branch ? Object.assign(other, { parent: branch.parent }) : other));
    if (this.#current === branch) this.#current = branch.parent ?? this.#list[0];
  }
}

/** A name for a take, different from all others, also those of other pages. */
function newTake(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}
