/** The text model of the page: loaded on first use, replaced when the user names another. */
import { folderFiles, modelAddress } from "../model-source.ts";
import { Signal } from "../signal.ts";

/** The included models. */
const OWN_MODELS = ["shakespeare"];
/** Names the folder that was opened last. */
export const FOLDER = "folder";

type Files = ReadonlyMap<string, Uint8Array>;

export class TextModelHolder<Client extends { end(): void }> {
  /** Another model is being loaded. */
  readonly changing = new Signal();
  /** Another model has been loaded. */
  readonly changed = new Signal<Client>();
  readonly #load: (source: string | Files) => Promise<Client>;
  readonly #base: string;
  #folder: Files | undefined;
  #loaded: { readonly name: string; readonly client: Client } | undefined;

  /** @param base the URL of the page. */
  constructor(load: (source: string | Files) => Promise<Client>, base: string) {
    this.#load = load;
    this.#base = base;
  }

  /** Undefined until a model is loaded. */
  get client(): Client | undefined {
    return this.#loaded?.client;
  }

  /** Loads the model once. @param name `FOLDER`, or see `modelAddress`. @throws SourceError, and the errors of the model. */
  async load(name: string): Promise<Client> {
    if (this.#loaded?.name === name) return this.#loaded.client;
    this.#loaded?.client.end();
    this.#loaded = undefined;
    this.changing.emit();
    const source =
      name === FOLDER && this.#folder ? this.#folder : modelAddress(name, OWN_MODELS, this.#base);
    const client = await this.#load(source);
    this.#loaded = { name, client };
    this.changed.emit(client);
    return client;
  }

  /** Reads a local folder, to be loaded as `FOLDER`. @throws SourceError */
  async openFolder(files: readonly File[]): Promise<void> {
    this.#folder = await folderFiles(files);
    // Another folder may have been loaded by this name.
    this.#loaded?.client.end();
    this.#loaded = undefined;
  }
}
