/** Replaces the synthesized piano by the recorded one. */
import type { SampleSet } from "./voices.ts";

export class RecordedPiano {
  readonly #load: () => Promise<SampleSet>;
  readonly #onLoad: () => Promise<void>;
  #phase: "synthesized" | "loading" | "recorded" = "synthesized";

  /** @param onLoad called once the recorded piano is in use. */
  constructor(load: () => Promise<SampleSet>, onLoad: () => Promise<void>) {
    this.#load = load;
    this.#onLoad = onLoad;
  }

  /** Loads the samples once. Call it while music plays and the network is idle. After a failure, the next call tries again. */
  async use(sound: { samples: SampleSet } | undefined): Promise<void> {
    if (this.#phase !== "synthesized" || !sound) return;
    this.#phase = "loading";
    try {
      sound.samples = await this.#load();
      await this.#onLoad();
      this.#phase = "recorded";
    } catch {
      this.#phase = "synthesized";
    }
  }
}
