/** Lists the models of this machine: included ones, and those in Hugging Face's cache. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  CheckpointError,
  type CheckpointFiles,
  codecOf,
  type DecoderConfig,
  openCheckpoint,
} from "../../../models/index.ts";
import { DEFAULT_REVISION } from "../hub-name.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { cachedModels } from "./hub/snapshots.ts";
import { openShipped, shippedFolder, shippedNames } from "./shipped-models.ts";

export interface ListedModel {
  /** The name that `--model` accepts. */
  readonly name: string;
  readonly source: "package" | "hub";
  readonly folder: string;
  /** Size of all its files. */
  readonly bytes: number;
  /** SPDX identifier in lower case, from the model card; undefined without a card. */
  readonly license: string | undefined;
  /** Why it cannot be loaded: it is damaged or incomplete. */
  readonly problem: CheckpointError | undefined;
  /** Undefined if there is a problem. */
  readonly config: DecoderConfig | undefined;
}

/** What a model writes, and the tasks that it can do. */
export interface ModelUse {
  readonly kind: "music" | "text";
  readonly tasks: readonly string[];
}

/** @param name the model's id on the hub, or its folder. */
export function modelUse(name: string, config: DecoderConfig): ModelUse {
  const codec = codecOf({ config, id: name, hasTokenizer: true });
  // Anticipation is all that accompanying and infilling need.
  if (codec?.kind === "arrival") return { kind: "music", tasks: ["continue", "accompany", "infill"] };
  return { kind: codec?.kind === "text" ? "text" : "music", tasks: ["continue", ...(config.tasks ?? [])] };
}

/** The included models, with verified checksums, and the supported hub models of the cache. */
export async function listModels(): Promise<ListedModel[]> {
  const shipped = shippedNames().map((name) => describe(name, "package", shippedFolder(name) ?? ""));
  const downloaded = (await hubModels()).map(({ name, folder }) => describe(name, "hub", folder));
  const models = await Promise.all([...shipped, ...downloaded]);
  // The cache also contains models of other tools, with unsupported architectures.
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

/** The cache of Hugging Face's tools: HF_HUB_CACHE, or `hub` in HF_HOME or in the user's cache folder. */
export async function hubCacheFolder(): Promise<string> {
  const { getHFHubCachePath } = await import("@huggingface/hub");
  return getHFHubCachePath();
}

/** Each revision of the cache; one that was asked for by its commit has no name. */
async function hubModels(): Promise<{ name: string; folder: string }[]> {
  const models = await cachedModels(await hubCacheFolder());
  return models.flatMap(({ id, folder, refs, commits }) => {
    const named = [...refs].map(([revision, commit]) => ({
      name: revision === DEFAULT_REVISION ? id : `${id}@${revision}`,
      folder: join(folder, "snapshots", commit),
    }));
    const others = commits.filter((commit) => ![...refs.values()].includes(commit));
    if (named.length > 0) return named;
    if (others.length === 0) return [{ name: id, folder }];
    return others.map((commit) => ({ name: `${id}@${commit}`, folder: join(folder, "snapshots", commit) }));
  });
}

async function bytesIn(folder: string): Promise<number> {
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  // `stat` follows links: all files of a snapshot are links.
  const sizes = paths.map(async (path) => {
    const found = await stat(join(folder, path)).catch(() => undefined);
    return found?.isFile() ? found.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The license in the front matter of a Hugging Face model card. */
async function licenseIn(folder: string): Promise<string | undefined> {
  const card = await readFile(join(folder, "README.md"), "utf8").catch(() => "");
  const [, front = ""] = /^---\r?\n([^]*?)\r?\n---/.exec(card) ?? [];
  return /^license: *(\S+)/m.exec(front)?.[1];
}
