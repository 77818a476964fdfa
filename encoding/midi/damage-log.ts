/** Handling of damage: strict reading throws at the first damage, recovery records a warning and continues. */
import { MidiError, type MidiErrorCode } from "./midi-error.ts";

/** Damage in a file; `found` describes it. */
export interface Damage {
  readonly code: MidiErrorCode;
  readonly offset: number;
  readonly found: string;
  /** What to do. Default: get the file again. */
  readonly hint?: string;
}

/** Limit on warnings: a hostile file can have damage every few bytes, and the list must not outgrow the file. */
const MAX_WARNINGS = 100;

export class DamageLog {
  readonly #recover: boolean;
  readonly #warnings: string[] = [];
  #more = 0;

  constructor(recover: boolean) {
    this.#recover = recover;
  }

  /**
   * Throws a `MidiError` in strict reading; in recovery, records the damage and what is dropped.
   *
   * @param dropped what recovery drops, such as "the event".
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

  /** Records an irregularity that causes no loss. */
  warn(found: string, track?: number): void {
    if (this.#warnings.length >= MAX_WARNINGS) this.#more += 1;
    else this.#warnings.push(track === undefined ? found : `track ${track}: ${found}`);
  }

  warnings(): string[] {
    return this.#more > 0 ? [...this.#warnings, `and ${this.#more} more warnings`] : [...this.#warnings];
  }
}
