/** What is done about damage: strict reading stops at the first, recovery notes what was lost and reads on. */
import { MidiError, type MidiErrorCode } from "./midi-error.ts";

/** Damage found in a file; `found` says what stands there. */
export interface Damage {
  readonly code: MidiErrorCode;
  readonly offset: number;
  readonly found: string;
  /** What to do about it, where that is not to get the file again. */
  readonly hint?: string;
}

/** A hostile file can hold a fault every few bytes; the list of them must not outgrow the file. */
const MAX_WARNINGS = 100;

export class DamageLog {
  readonly #recover: boolean;
  readonly #warnings: string[] = [];
  #more = 0;

  constructor(recover: boolean) {
    this.#recover = recover;
  }

  /**
   * Throws a `MidiError` when reading strictly; in recovery, notes the damage and what is dropped because of it.
   *
   * @param dropped what recovery leaves out, such as "the event".
   */
  report(
    { code, offset, found, hint = "the file is damaged; get it again" }: Damage,
    dropped: string,
    track?: number,
  ): void {
    if (!this.#recover) {
      throw new MidiError(found, {
        code,
        offset,
        track,
        hint,
        canRecover: true,
      });
    }
    this.warn(`${found} at byte ${offset}: ${dropped}`, track);
  }

  /** Notes something odd that needs no decision. */
  warn(found: string, track?: number): void {
    if (this.#warnings.length >= MAX_WARNINGS) this.#more += 1;
    else this.#warnings.push(track === undefined ? found : `track ${track}: ${found}`);
  }

  warnings(): string[] {
    return this.#more > 0 ? [...this.#warnings, `and ${this.#more} more warnings`] : [...this.#warnings];
  }
}
