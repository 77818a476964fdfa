/** Where a model comes from: the page's own, the hub, another folder of this server, or a folder of the visitor's. */

const HUB = "https://huggingface.co";
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

/**
 * The address of a model's folder.
 *
 * @param name of a model that comes with the page; an id of the hub; an address on this server or of the hub.
 * @param own the names of those that come with the page.
 * @param base the page's address.
 * @throws SourceError
 */
export function modelAddress(name: string, own: readonly string[], base: string): string {
  if (own.includes(name)) return new URL(`models/${name}/`, base).href;
  if (HUB_ID.test(name)) return `${HUB}/${name}/resolve/main/`;
  const isAddress = /^(https?:\/\/|\.{0,2}\/)/.test(name) && URL.canParse(name, base);
  if (!isAddress) {
    throw new SourceError(
      `"${name}" is not a model`,
      `enter ${own.map((each) => `"${each}"`).join(" or ")}, a Hugging Face id (owner/name) or the address of a folder`,
    );
  }
  const address = new URL(name, base);
  if (address.origin !== new URL(base).origin && address.origin !== HUB) {
    throw new SourceError(
      `this page cannot load models from ${address.origin}`,
      "put the model on this server or on the Hugging Face hub, or open it as a folder",
    );
  }
  return address.href.endsWith("/") ? address.href : `${address.href}/`;
}

/** The files of a folder that make a model, by name. @throws SourceError */
export async function folderFiles(files: readonly File[]): Promise<ReadonlyMap<string, Uint8Array>> {
  // Weights in a second format would not be read.
  const weights = files.some(({ name }) => name.endsWith(".safetensors"))
    ? /\.safetensors$/
    : /^pytorch_model.*\.bin$/;
  const wanted = files.filter(({ name }) => /\.json$|^merges\.txt$/.test(name) || weights.test(name));
  const found = new Map<string, Uint8Array>();
  if (!wanted.some(({ name }) => name === "config.json")) {
    throw new SourceError(
      "the folder has no config.json",
      "choose a folder with config.json and model.safetensors or pytorch_model.bin; a text model also needs tokenizer.json",
    );
  }
  for (const file of wanted) found.set(file.name, new Uint8Array(await file.arrayBuffer()));
  return found;
}

/** What a folder of the visitor's is called. */
export function folderName(files: readonly File[]): string {
  return files[0]?.webkitRelativePath.split("/")[0] || "folder";
}
