/** The sound of the page: created at the first press, with the playback settings that were made before. */
import type { PianoSound } from "./piano-sound.ts";
import type { Span } from "./sound.ts";

/** The settings of the playback. */
export interface PlaybackSettings {
  /** 0–1. */
  readonly volume: number;
  /** A factor. */
  readonly speed: number;
  /** The looped time span. */
  readonly loop: Span | undefined;
}

/** A sound that takes the settings of the playback. */
type Adjustable = { -readonly [Key in keyof PlaybackSettings]: PlaybackSettings[Key] };

type Phase<S> =
  | { readonly kind: "silent"; readonly create: () => Promise<S> }
  | { readonly kind: "starting"; readonly sound: Promise<S> }
  | { readonly kind: "ready"; readonly sound: S };

export class SoundHolder<S extends Adjustable = PianoSound> {
  #phase: Phase<S>;
  #settings: PlaybackSettings = { volume: 1, speed: 1, loop: undefined };

  /** @param create called in a click or key handler. */
  constructor(create: () => Promise<S>) {
    this.#phase = { kind: "silent", create };
  }

  /** Undefined until it is created. */
  get sound(): S | undefined {
    return this.#phase.kind === "ready" ? this.#phase.sound : undefined;
  }

  /** Creates the sound once. After a failure, the next call tries again. */
  async load(): Promise<S> {
    if (this.#phase.kind === "silent")
      this.#phase = { kind: "starting", sound: this.#start(this.#phase.create) };
    return this.#phase.sound;
  }

  /** Changes settings, now and for a sound that is created later. */
  adjust(settings: Partial<PlaybackSettings>): void {
    this.#settings = { ...this.#settings, ...settings };
    if (this.sound) Object.assign(this.sound, settings);
  }

  async #start(create: () => Promise<S>): Promise<S> {
    try {
      const sound = await create();
      this.#phase = { kind: "ready", sound };
      return Object.assign(sound, this.#settings);
    } catch (error) {
      this.#phase = { kind: "silent", create };
      throw error;
    }
  }
}

/**
 * Loads the code of the sound and synthesizes its samples at once, so that the first press starts the sound faster.
 *
 * @returns a function that creates the sound.
 */
export function prepareSound(): () => Promise<PianoSound> {
  const creating = import("./piano-sound.ts").then(({ createSound, synthesizeSamples }) => {
    const samples = synthesizeSamples();
    return () => createSound(samples);
  });
  return async () => (await creating)();
}
