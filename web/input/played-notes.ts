/** Notes that are played while no duet is on: they can be kept as the user's own music. */
import type { Vocabulary } from "../../encoding/index.ts";
import { Signal } from "../signal.ts";
import { Phrase } from "./phrase.ts";

/** A longer rest is shortened to this, in seconds. */
const LONGEST_REST = 4;

export class PlayedNotes {
  /** Another number of notes. */
  readonly changed = new Signal();
  #phrase: Phrase | undefined;
  #isPedalDown = false;
  /** What has been cut from the rests, in seconds. */
  #cutSeconds = 0;

  get count(): number {
    return this.#phrase?.count ?? 0;
  }

  /** @param at time stamp in milliseconds. */
  press(pitch: number, velocity: number, at: number): void {
    const { lastSeconds } = this.#phrase ?? {};
    if (lastSeconds !== undefined && this.#phrase?.isSounding === false)
      this.#cutSeconds += Math.max(0, this.#time(at) - lastSeconds - LONGEST_REST);
    if (!this.#phrase) {
      this.#cutSeconds = 0;
      this.#phrase = new Phrase(this.#time(at));
      this.#phrase.pedal(this.#isPedalDown, this.#time(at));
    }
    this.#phrase.press(pitch, velocity, this.#time(at));
    this.changed.emit();
  }

  lift(pitch: number, at: number): void {
    this.#phrase?.lift(pitch, this.#time(at));
  }

  pedal(isDown: boolean, at: number): void {
    this.#isPedalDown = isDown;
    this.#phrase?.pedal(isDown, this.#time(at));
  }

  ids(vocabulary: Vocabulary): number[] {
    return this.#phrase?.ids(vocabulary) ?? [];
  }

  clear(): void {
    this.#phrase = undefined;
    this.changed.emit();
  }

  #time(at: number): number {
    return at / 1000 - this.#cutSeconds;
  }
}
