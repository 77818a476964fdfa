/** The current music model: loaded on first use, replaced when the user chooses another. */
import { readConfig } from "../models/checkpoint/index.ts";
import { checkpointUrl } from "../src/platform/checkpoint-url.ts";
import type { DownloadProgress, ModelSource, WorkerMusicModel } from "../src/platform/browser/index.ts";
import { loadMusic } from "./load-music.ts";
import { folderFiles, folderName, modelAddress } from "./model-source.ts";

/** The included models. */
export const OWN_MODELS = ["piano"] as const;

export interface MusicSource {
  readonly name: string;
  /** Whether others can load it by its name. */
  readonly isPublic: boolean;
  /** The URL, or the files. @throws SourceError */
  open(): Promise<ModelSource>;
}

/** A model by its name, see `modelAddress`. @throws SourceError */
export function namedSource(name: string): MusicSource {
  const address = modelAddress(name, OWN_MODELS, document.baseURI);
  return { name, isPublic: true, open: () => Promise.resolve(address) };
}

/** A local folder. */
export function folderSource(files: readonly File[]): MusicSource {
  return { name: folderName(files), isPublic: false, open: () => folderFiles(files) };
}

export class MusicModelHolder {
  readonly #onProgress: (progress: DownloadProgress) => void;
  readonly #onEnd: () => void;
  #source: MusicSource = namedSource(OWN_MODELS[0]);
  #loading: Promise<WorkerMusicModel> | undefined;
  #model: WorkerMusicModel | undefined;

  /** @param onEnd called when a model has been loaded, or its loading has failed. */
  constructor(onProgress: (progress: DownloadProgress) => void, onEnd: () => void) {
    this.#onProgress = onProgress;
    this.#onEnd = onEnd;
  }

  /** Undefined until it is loaded. */
  get model(): WorkerMusicModel | undefined {
    return this.#model;
  }

  get source(): MusicSource {
    return this.#source;
  }

  /** Reads config.json to check that the model is available. @throws CheckpointError if it is not. */
  async check(): Promise<void> {
    const source = await this.#source.open();
    if (typeof source === "string") await readConfig(checkpointUrl(source));
  }

  /** Loads the model once. After a failure, the next call tries again. */
  load(): Promise<WorkerMusicModel> {
    this.#loading ??= this.#open(this.#source).then(
      (model) => (this.#model = model),
      (error: unknown) => {
        this.#loading = undefined;
        throw error;
      },
    );
    return this.#loading;
  }

  /** Loads another model. The old one stays in use until then, and after a failure. */
  async replace(source: MusicSource): Promise<void> {
    const model = await this.#open(source);
    const former = this.#loading;
    this.#source = source;
    this.#model = model;
    this.#loading = Promise.resolve(model);
    await former?.then((loaded) => loaded.dispose()).catch(() => undefined);
  }

  /** Sets the model to load, if none has been loaded yet. */
  choose(source: MusicSource): void {
    if (!this.#loading) this.#source = source;
  }

  async #open(source: MusicSource): Promise<WorkerMusicModel> {
    try {
      return await loadMusic(await source.open(), this.#onProgress);
    } finally {
      this.#onEnd();
    }
  }
}
