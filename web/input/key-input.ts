/** Passes the notes of all keys, on screen or not, to the sound, the duet and the views. */
import { Signal } from "../signal.ts";
import type { NoteInput } from "./computer-keys.ts";
import type { Duet } from "./duet.ts";
import type { InputSound } from "./input-sound.ts";

/** A sound that is created at the first press. */
interface LazySound {
  readonly sound: object | undefined;
  load(): Promise<unknown>;
}

export class KeyInput implements NoteInput {
  /** Another set of keys is held. */
  readonly changed = new Signal();
  /** The sound cannot be started. */
  readonly failed = new Signal<unknown>();
  readonly #sounds: LazySound;
  readonly #inputSound: InputSound;
  readonly #duet: Pick<Duet, "press" | "lift" | "pedal">;
  readonly #held = new Set<number>();

  constructor(sounds: LazySound, inputSound: InputSound, duet: Pick<Duet, "press" | "lift" | "pedal">) {
    this.#sounds = sounds;
    this.#inputSound = inputSound;
    this.#duet = duet;
  }

  /** Pitches of the held keys. */
  get held(): ReadonlySet<number> {
    return this.#held;
  }

  press(pitch: number, velocity: number, at: number): void {
    this.#held.add(pitch);
    if (this.#sounds.sound) this.#press(pitch, velocity, at);
    else void this.#begin(pitch, velocity, at);
    this.changed.emit();
  }

  lift(pitch: number, at: number): void {
    this.#held.delete(pitch);
    this.#lift(pitch, at);
    this.changed.emit();
  }

  pedal(isDown: boolean, at: number): void {
    this.#inputSound.pedal(isDown);
    this.#duet.pedal(isDown, at);
  }

  /** Starts the sound at the first key press. The key may be released before the sound is ready. */
  async #begin(pitch: number, velocity: number, at: number): Promise<void> {
    try {
      await this.#sounds.load();
      this.#press(pitch, velocity, at);
      if (!this.#held.has(pitch)) this.#lift(pitch, performance.now());
    } catch (error) {
      this.failed.emit(error);
    }
  }

  #press(pitch: number, velocity: number, at: number): void {
    this.#inputSound.press(pitch, velocity);
    this.#duet.press(pitch, velocity, at);
  }

  #lift(pitch: number, at: number): void {
    this.#inputSound.lift(pitch);
    this.#duet.lift(pitch, at);
  }
}
