/** Sources of a model: included, hub, a folder on this server, or a local folder. */

import { HUB, hubAddress, hubModel } from "../src/platform/hub-name.ts";

/** Thrown for an invalid model name or a folder without a model. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * The URL of a model's folder.
 *
 * @param name an included model, a hub id, maybe with a revision (owner/name@revision), or a URL on this server or on the hub.
 * @param own names of the included models.
 * @param base the URL of the page.
 * @throws SourceError; OptionError for a revision that cannot exist.
 */
export function modelAddress(name: string, own: readonly string[], base: string): string {
  if (own.includes(name)) return new URL(`models/${name}/`, base).href;
  const model = hubModel(name);
  if (model) return hubAddress(model);
  const isAddress = /^(https?:\/\/|\.{0,2}\/)/.test(name) && URL.canParse(name, base);
  if (!isAddress) {
    throw new SourceError(
      `"${name}" is not a model`,
      `enter ${own.map((each) => `"${each}"`).join(" or ")}, a Hugging Face id (owner/name, owner/name@revision) or the address of a folder`,
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

/** Reads the checkpoint files of a folder, by name. @throws SourceError */
export async function folderFiles(files: readonly File[]): Promise<ReadonlyMap<string, Uint8Array>> {
  // Only one format of the weights is read.
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

/** The name of a local folder. */
export function folderName(files: readonly File[]): string {
  return files[0]?.webkitRelativePath.split("/")[0] || "folder";
}
