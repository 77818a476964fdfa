/** Where a text model comes from: the page's own, the hub, or a folder of the visitor's. */

/** The model that comes with the page. */
const OWN = "shakespeare";
const HUB_ID = /^[\w.-]+\/[\w.-]+$/;

/** Thrown for a name that is no model, or a folder without one. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/** The address of a model's folder. @throws SourceError */
export function hubSource(name: string, base: string): string {
  if (name === OWN) return new URL(`models/${OWN}/`, base).href;
  if (HUB_ID.test(name)) return `https://huggingface.co/${name}/resolve/main/`;
  throw new SourceError(
    `"${name}" is no model`,
    `give "${OWN}" or an id of the hub, such as openai-community/gpt2`,
  );
}

/** The files of a folder that make a model, by name. @throws SourceError */
export async function folderSource(files: readonly File[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = files.filter(({ name }) => /\.(json|safetensors)$|^merges\.txt$/.test(name));
  const found = new Map<string, Uint8Array>();
  for (const file of wanted) found.set(file.name, new Uint8Array(await file.arrayBuffer()));
  if (found.has("config.json")) return found;
  throw new SourceError(
    "the folder has no config.json",
    "choose one with config.json, model.safetensors and tokenizer.json",
  );
}
