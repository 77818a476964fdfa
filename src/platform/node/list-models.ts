/** What models this machine has: those that ship, and those in Hugging Face's cache. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  CheckpointError,
  type CheckpointFiles,
  type DecoderConfig,
  openCheckpoint,
} from "../../../models/index.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { openShipped, shippedFolder, shippedNames } from "./shipped-models.ts";

export interface ListedModel {
  /** What `--model` takes. */
  readonly name: string;
  readonly source: "package" | "hub";
  readonly folder: string;
  /** Of all its files. */
  readonly bytes: number;
  /** As its model card names it, an SPDX identifier in small letters; undefined where the card is not there. */
  readonly license: string | undefined;
  /** What keeps it from being loaded: it is damaged or not whole. */
  readonly problem: CheckpointError | undefined;
  /** Undefined with a problem. */
  readonly config: DecoderConfig | undefined;
}

/** What the ids of a model mean. */
export function kindOf({ vocabulary }: DecoderConfig): "music" | "text" {
  return vocabulary === undefined || vocabulary === "text" ? "text" : "music";
}

/** The models that ship, each with its digests checked, and those of the hub that are here and could be run. */
export async function listModels(): Promise<ListedModel[]> {
  const shipped = shippedNames().map((name) => describe(name, "package", shippedFolder(name) ?? ""));
  const downloaded = (await hubModels()).map(({ name, folder }) => describe(name, "hub", folder));
  const models = await Promise.all([...shipped, ...downloaded]);
  // The cache holds other tools' models too, of architectures that are not run here.
  return models.filter(({ source, problem }) => source === "package" || problem?.code !== "unsupported");
}

async function describe(name: string, source: ListedModel["source"], folder: string): Promise<ListedModel> {
  const facts = { name, source, folder, bytes: await bytesIn(folder), license: await licenseIn(folder) };
  try {
    const open: (folder: string) => Promise<CheckpointFiles> =
      source === "package" ? openShipped : checkpointFolder;
    const checkpoint = await openCheckpoint(await open(folder));
    await checkpoint.close();
    return { ...facts, config: checkpoint.config, problem: undefined };
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return { ...facts, config: undefined, problem: error };
  }
}

/** The cache of Hugging Face's tools: HF_HUB_CACHE, or `hub` in HF_HOME, or in the user's cache folder. */
export async function hubCacheFolder(): Promise<string> {
  const { getHFHubCachePath } = await import("@huggingface/hub");
  return getHFHubCachePath();
}

async function hubModels(): Promise<{ name: string; folder: string }[]> {
  const cache = await hubCacheFolder();
  const entries = await readdir(cache).catch(() => []);
  const found = entries.sort().map(async (entry) => {
    const [, name] = /^models--(.+)$/.exec(entry) ?? [];
    if (name === undefined) return [];
    const storage = join(cache, entry);
    const commit = await readFile(join(storage, "refs", "main"), "utf8").catch(() => undefined);
    const folder = commit === undefined ? storage : join(storage, "snapshots", commit.trim());
    return [{ name: name.replaceAll("--", "/"), folder }];
  });
  return (await Promise.all(found)).flat();
}

async function bytesIn(folder: string): Promise<number> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  // Through links: in a snapshot of the cache all files are links.
  const sizes = paths.map(async (path) => {
    const found = await stat(join(folder, path)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** From the front matter of a model card, as Hugging Face has it. */
async function licenseIn(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, "README.md"), "utf8").catch(() => "");
  const [, front = ""] = /^---\r?\n([^]*?)\r?\n---/.exec(card) ?? [];
  return /^license: *(\S+)/m.exec(front)?.[1];
}
