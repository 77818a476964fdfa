/** The music model in use: loaded when it is first needed, replaced when the visitor chooses another. */
import { readConfig } from "../models/checkpoint/index.ts";
import { checkpointUrl } from "../src/platform/checkpoint-url.ts";
import type { DownloadProgress, ModelSource, WorkerMusicModel } from "../src/platform/browser/index.ts";
import { loadMusic } from "./load-music.ts";
import { folderFiles, folderName, modelAddress } from "./model-source.ts";

/** The models that come with the page. */
export const OWN_MODELS = ["piano"] as const;

export interface MusicSource {
  readonly name: string;
  /** Whether other visitors can load it by its name. */
  readonly isPublic: boolean;
  /** Its address, or its files. @throws SourceError */
  open(): Promise<ModelSource>;
}

/** A model by its name, see `modelAddress`. @throws SourceError */
export function namedSource(name: string): MusicSource {
  const address = modelAddress(name, OWN_MODELS, document.baseURI);
  return { name, isPublic: true, open: () => Promise.resolve(address) };
}

/** A folder of the visitor's. */
export function folderSource(files: readonly File[]): MusicSource {
  return { name: folderName(files), isPublic: false, open: () => folderFiles(files) };
}

export class MusicModelHolder {
  readonly #onProgress: (progress: DownloadProgress) => void;
  readonly #onEnd: () => void;
  #source: MusicSource = namedSource(OWN_MODELS[0]);
  #loading: Promise<WorkerMusicModel> | undefined;
  #model: WorkerMusicModel | undefined;

  /** @param onEnd a model is there, or cannot be had. */
  constructor(onProgress: (progress: DownloadProgress) => void, onEnd: () => void) {
    this.#onProgress = onProgress;
    this.#onEnd = onEnd;
  }

  /** Undefined while it is not there yet. */
  get model(): WorkerMusicModel | undefined {
    return this.#model;
  }

  get source(): MusicSource {
    return this.#source;
  }

  /** Reads its config, which is little, to see that it can be had. @throws CheckpointError where it cannot. */
  async check(): Promise<void> {
    const source = await this.#source.open();
    if (typeof source === "string") await readConfig(checkpointUrl(source));
  }

  /** Loads it once; a failure is forgotten, so that the next one who asks tries again. */
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

  /** Loads another; until it is there, and if it cannot be had, the former stays in use. */
  async replace(source: MusicSource): Promise<void> {
    const model = await this.#open(source);
    const former = this.#loading;
    this.#source = source;
    this.#model = model;
    this.#loading = Promise.resolve(model);
    await former?.then((loaded) => loaded.dispose()).catch(() => undefined);
  }

  /** Says which one to load, where none has been loaded yet. */
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
