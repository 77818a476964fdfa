/** Sounds the notes of the user's input; the sustain pedal holds the released ones. */

/** The part of the sound that plays the user's input. */
interface InputVoices {
  press(pitch: number, velocity: number): void;
  lift(pitch: number): void;
}

export class InputSound {
  readonly #sounds: { readonly sound: InputVoices | undefined };
  #isPedalDown = false;
  /** Pitches of released keys that the pedal holds. */
  readonly #sustained = new Set<number>();

  constructor(sounds: { readonly sound: InputVoices | undefined }) {
    this.#sounds = sounds;
  }

  press(pitch: number, velocity: number): void {
    this.#sounds.sound?.press(pitch, velocity);
  }

  lift(pitch: number): void {
    if (this.#isPedalDown) this.#sustained.add(pitch);
    else this.#sounds.sound?.lift(pitch);
  }

  pedal(isDown: boolean): void {
    this.#isPedalDown = isDown;
    if (!isDown) for (const pitch of this.#sustained) this.#sounds.sound?.lift(pitch);
    this.#sustained.clear();
  }
}
