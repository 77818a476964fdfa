/** The music model of the page: loaded on first use, replaced when the user chooses another. */
import type { DownloadProgress, ModelSource } from "../src/platform/browser/index.ts";
import { SourceError } from "./model-source.ts";
import { PlainError } from "./plain-error.ts";
import { Signal } from "./signal.ts";

export interface MusicSource {
  readonly name: string;
  /** Whether others can load it by its name. */
  readonly isPublic: boolean;
  /** The URL, or the files. @throws SourceError */
  open(): Promise<ModelSource>;
}

/** Thrown when the model cannot be loaded, for the technical reason of its cause. */
export class ModelLoadError extends PlainError {
  constructor(cause: unknown) {
    super("the music model could not be loaded", "check the connection, then try again", cause);
  }
}

type Phase<M> =
  | { readonly kind: "unloaded"; readonly source: MusicSource }
  | { readonly kind: "loading"; readonly source: MusicSource; readonly model: Promise<M> }
  | { readonly kind: "loaded"; readonly source: MusicSource; readonly model: M };

type Load<M> = (source: ModelSource, onProgress: (progress: DownloadProgress) => void) => Promise<M>;

export class ModelHolder<M extends { dispose(): Promise<void> }> {
  readonly progress = new Signal<DownloadProgress>();
  /** A model has been loaded, or its loading has failed. */
  readonly settled = new Signal();
  /** Another model is in use, or will be loaded on first use. */
  readonly chosen = new Signal();
  /** A model is loaded and in use. */
  readonly ready = new Signal<M>();
  readonly #load: Load<M>;
  #phase: Phase<M>;
  /** Whether it is being loaded before anyone has asked for it. */
  #isEarly = false;

  constructor(source: MusicSource, load: Load<M>) {
    this.#phase = { kind: "unloaded", source };
    this.#load = load;
  }

  /** Undefined until it is loaded. */
  get model(): M | undefined {
    return this.#phase.kind === "loaded" ? this.#phase.model : undefined;
  }

  get source(): MusicSource {
    return this.#phase.source;
  }

  /** Loads the model before it is asked for. Progress and failures are not told: the next call of `load` tries again. */
  async loadEarly(): Promise<void> {
    if (this.#phase.kind !== "unloaded") return;
    this.#isEarly = true;
    await this.#loadOnce().catch(() => undefined);
    this.#isEarly = false;
  }

  /** Loads the model once. After a failure, the next call tries again. @throws ModelLoadError, SourceError */
  async load(): Promise<M> {
    const wasEarly = this.#isEarly;
    this.#isEarly = false;
    try {
      return await this.#loadOnce();
    } catch (error) {
      // What failed was not asked for yet.
      if (wasEarly) return this.#loadOnce();
      throw error;
    }
  }

  async #loadOnce(): Promise<M> {
    if (this.#phase.kind === "unloaded") {
      const { source } = this.#phase;
      this.#phase = { kind: "loading", source, model: this.#loadFirst(source) };
    }
    return this.#phase.model;
  }

  /** Sets the model to load on first use. A loaded model is replaced. */
  async choose(source: MusicSource): Promise<void> {
    if (this.#phase.kind === "loaded") await this.replace(source);
    else if (this.#phase.kind === "unloaded") {
      this.#phase = { kind: "unloaded", source };
      this.chosen.emit();
    }
  }

  /** Loads another model. The old one stays in use until then, and after a failure. */
  async replace(source: MusicSource): Promise<void> {
    const model = await this.#open(source);
    const former = this.#phase;
    this.#phase = { kind: "loaded", source, model };
    // Before the former model ends, so that playback does not wait for its answer.
    this.chosen.emit();
    this.ready.emit(model);
    if (former.kind === "unloaded") return;
    await Promise.resolve(former.model)
      .then((loaded) => loaded.dispose())
      .catch(() => undefined);
  }

  async #loadFirst(source: MusicSource): Promise<M> {
    try {
      const model = await this.#open(source);
      // Another model may have replaced it meanwhile.
      if (this.#phase.kind === "loading") {
        this.#phase = { kind: "loaded", source, model };
        this.ready.emit(model);
      }
      return model;
    } catch (error) {
      if (this.#phase.kind === "loading") this.#phase = { kind: "unloaded", source };
      throw error instanceof SourceError ? error : new ModelLoadError(error);
    }
  }

  async #open(source: MusicSource): Promise<M> {
    try {
      return await this.#load(await source.open(), (progress) => {
        if (!this.#isEarly) this.progress.emit(progress);
      });
    } finally {
      if (!this.#isEarly) this.settled.emit();
    }
  }
}
