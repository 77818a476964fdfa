/**
 * Models of the Hugging Face hub, in the cache of Hugging Face's own tools: `blobs/<hash>` stores each content once,
 * `snapshots/<commit>/<file>` links to them, `refs/<revision>` names the commit. The cache is shared with those tools.
 */
import { mkdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import type { PathInfo } from "@huggingface/hub";
import {
  CheckpointError,
  readConfig,
  TEXT_FILES,
  WEIGHT_FORMATS,
  type WeightFormat,
} from "../../../../models/index.ts";
import type { DownloadFileOptions } from "../../download.ts";
import { DEFAULT_REVISION, HUB, hubModel, type HubModel } from "../../hub-name.ts";
import { checkpointFolder } from "../checkpoint-folder.ts";
import { writeFileAtomic } from "../write-file.ts";
import { downloadFile, type RemoteFile } from "./download.ts";
import { type HubRequest, notInFormat, refusalOf } from "./hub-errors.ts";
import { authorization, describeRepository, type Repository } from "./repository.ts";
import { snapshotOf } from "./snapshots.ts";
import { hubToken } from "./token.ts";

export interface HubOptions extends DownloadFileOptions {
  /** Use only the cache, no network. Default: the environment variable HF_HUB_OFFLINE. */
  readonly offline?: boolean;
  /** Download only these files of the model. Default: all. */
  readonly only?: readonly string[];
  /** Called with a notice for the user, such as that the hub cannot be reached and the cache is used. */
  readonly onWarning?: (message: string) => void;
}

/** Short names of the GPT-2 sizes. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["gpt2", "openai-community/gpt2"],
  ["gpt2-medium", "openai-community/gpt2-medium"],
  ["gpt2-large", "openai-community/gpt2-large"],
  ["gpt2-xl", "openai-community/gpt2-xl"],
  ["distilgpt2", "distilbert/distilgpt2"],
]);

/** Whether `name` means one of the models that have a short name, all of which write text. */
export function isNamedTextModel(name: string): boolean {
  const id = hubId(name);
  return id !== undefined && [...ALIASES.values()].includes(id);
}

const CONFIG = "config.json";
/** Files with all weights, or index files of shards; a model needs one of them. */
const WEIGHTS = WEIGHT_FORMATS.flatMap(({ whole, index }) => [whole, index]);
/** Possible files of a model, apart from shards. */
const FILES = [CONFIG, ...TEXT_FILES, ...WEIGHTS];

/**
 * The hub model that `name` means: an id, a short name, or the address of its page, each maybe with a revision.
 *
 * @param revision of the option; see `hubModel`.
 * @throws OptionError for a revision that cannot exist, and for two different ones.
 */
export function hubModelOf(name: string, revision?: string): HubModel | undefined {
  return hubModel(name, revision, ALIASES);
}

/** The id of the hub model that `name` means. @throws OptionError as `hubModelOf`. */
export function hubId(name: string): string | undefined {
  return hubModelOf(name)?.id;
}

/**
 * Downloads the missing files of a model and returns its folder in the cache. Uses the environment variables HF_HOME,
 * HF_HUB_CACHE, HF_ENDPOINT and HF_HUB_OFFLINE, and the token of `hubToken`.
 *
 * @param model its id such as "openai-community/gpt2", and the revision, by default "main".
 * @throws CheckpointError when the model does not exist, cannot be downloaded, or with `offline` is not in the cache.
 */
export async function hubFolder(
  { id, revision = DEFAULT_REVISION }: HubModel,
  options: HubOptions = {},
): Promise<string> {
  const { getHFHubCachePath, getRepoFolderName } = await import("@huggingface/hub");
  const storage = join(getHFHubCachePath(), getRepoFolderName({ type: "model", name: id }));
  const offline = options.offline ?? /^(1|true|yes|on)$/i.test(process.env["HF_HUB_OFFLINE"] ?? "");
  const named = revision === DEFAULT_REVISION ? id : `${id}@${revision}`;
  if (offline) {
    const cached = await cachedFolder(storage, revision);
    if (cached !== undefined) return cached;
    throw new CheckpointError(`${named} is not in the cache, and downloads are disabled`, {
      code: "missing-file",
      hint: `the cache folder is ${storage}; run once without --offline and HF_HUB_OFFLINE`,
    });
  }
  const request = { id, revision, endpoint: endpoint(), token: await hubToken() };
  let repository;
  try {
    repository = await describeRepository(request, FILES, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    const isOutage = error instanceof CheckpointError && error.code === "download-failed";
    const cached = isOutage ? await cachedFolder(storage, revision) : undefined;
    if (cached === undefined) throw error;
    options.onWarning?.(`the hub cannot be reached; using the cached ${named}`);
    return cached;
  }
  return fill(storage, repository, options);
}

/** Downloads the missing files of a snapshot. The ref is written last, so that it never names an incomplete model. */
async function fill(storage: string, repository: Repository, options: HubOptions): Promise<string> {
  const snapshot = join(storage, "snapshots", repository.commit);
  await mkdir(join(storage, "blobs"), { recursive: true });
  await mkdir(snapshot, { recursive: true });
  const files = repository.files.filter(({ path }) => FILES.includes(path));
  if (options.only) {
    const { only } = options;
    for (const file of files.filter(({ path }) => only.includes(path))) {
      await fetchInto(storage, snapshot, repository, file, options);
    }
    return snapshot; // without a ref: the model is incomplete
  }
  const weights = WEIGHTS.find((name) => files.some(({ path }) => path === name));
  if (weights === undefined) {
    throw new CheckpointError(`${repository.request.id} has no model.safetensors and no pytorch_model.bin`, {
      code: "missing-file",
      hint: "only checkpoints in these formats can be read",
    });
  }
  const wanted = files.filter(({ path }) => path === weights || !WEIGHTS.includes(path));
  // The config is read first, so that an unsupported architecture is refused before the download of its weights.
  const [config, ...others] = [
    ...wanted.filter(({ path }) => path === CONFIG),
    ...wanted.filter(({ path }) => path !== CONFIG && path !== weights),
    ...wanted.filter(({ path }) => path === weights),
  ];
  if (config) await fetchInto(storage, snapshot, repository, config, options);
  await readConfig(await checkpointFolder(snapshot));
  for (const file of others) await fetchInto(storage, snapshot, repository, file, options);
  const sharded = WEIGHT_FORMATS.find(({ index }) => index === weights);
  if (sharded) {
    const shards = shardNames(sharded, await readFile(join(snapshot, weights), "utf8"));
    const found = (await repository.infoOf(shards)).filter(({ path }) => shards.includes(path));
    const missing = shards.find((name) => !found.some(({ path }) => path === name));
    if (missing !== undefined) {
      throw new CheckpointError(`${repository.request.id} has no ${missing}, which its ${weights} names`, {
        code: "missing-file",
        hint: "the model on the hub is incomplete; use another",
      });
    }
    for (const file of found) await fetchInto(storage, snapshot, repository, file, options);
  }
  const { commit, request } = repository;
  if (request.revision === commit) return snapshot;
  const ref = join(storage, "refs", request.revision);
  await mkdir(dirname(ref), { recursive: true });
  await writeFileAtomic(ref, new TextEncoder().encode(commit));
  return snapshot;
}

async function fetchInto(
  storage: string,
  snapshot: string,
  { request, commit }: Repository,
  file: PathInfo,
  { onProgress, onWarning, signal, retryDelay }: HubOptions,
): Promise<void> {
  const remote = remoteFile(request, commit, file);
  const link = join(snapshot, file.path);
  const blob = join(storage, "blobs", remote.hash.digest);
  if ((await sizeOf(link)) === remote.bytes) return;
  if ((await sizeOf(blob)) !== remote.bytes) {
    await downloadFile(blob, remote, {
      signal,
      retryDelay,
      onProgress: (loadedBytes) => onProgress?.({ file: file.path, loadedBytes, totalBytes: remote.bytes }),
      onWait: (processId) =>
        onWarning?.(`process ${processId} is downloading ${remote.name}: waiting for it`),
    });
  }
  // What is there is of another size, such as a Git LFS pointer.
  if ((await sizeOf(link)) !== remote.bytes) await rm(link, { force: true });
  await symlink(relative(dirname(link), blob), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

function remoteFile(request: HubRequest, commit: string, { path, size, oid, lfs }: PathInfo): RemoteFile {
  const digest = lfs?.oid ?? oid ?? "";
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest)) {
    throw notInFormat(`the hash of ${path} is ${JSON.stringify(digest)}`, request);
  }
  const { id, endpoint: hub } = request;
  return {
    name: `${id}/${path}`,
    url: `${hub}/${id}/resolve/${commit}/${path}`,
    headers: authorization(request),
    bytes: lfs?.size ?? size,
    hash: { kind: lfs ? "sha256" : "git", digest },
    refusalOf: (response) => refusalOf(response, request, path),
  };
}

/** File names of the shards in an index. */
function shardNames({ shard }: WeightFormat, index: string): string[] {
  const json: unknown = JSON.parse(index);
  const map = typeof json === "object" && json !== null && "weight_map" in json ? json.weight_map : undefined;
  const names: unknown[] = typeof map === "object" && map !== null ? Object.values(map) : [];
  const plain = names.filter((name) => typeof name === "string" && shard.test(name));
  return [...new Set(plain.map(String))];
}

/** The cached folder of a revision; undefined unless its download was completed. */
async function cachedFolder(storage: string, revision: string): Promise<string | undefined> {
  const snapshot = await snapshotOf(storage, revision);
  if (snapshot === undefined || (await sizeOf(join(snapshot, CONFIG))) <= 0) return undefined;
  // A ref is written when all files are there; a commit itself has none.
  const isCommit = basename(snapshot) === revision;
  return !isCommit || (await hasWeights(snapshot)) ? snapshot : undefined;
}

/** Weights are downloaded after all other files. */
async function hasWeights(snapshot: string): Promise<boolean> {
  const has = async (name: string): Promise<boolean> => (await sizeOf(join(snapshot, name))) > 0;
  for (const format of WEIGHT_FORMATS) {
    if (await has(format.whole)) return true;
    if (!(await has(format.index))) continue;
    const shards = shardNames(format, await readFile(join(snapshot, format.index), "utf8"));
    const found = await Promise.all(shards.map(has));
    return !found.includes(false);
  }
  return false;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? -1;
}

/** @throws CheckpointError for a value that is no address. */
function endpoint(): string {
  const address = (process.env["HF_ENDPOINT"] || HUB).replace(/\/+$/, "");
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return address;
  throw new CheckpointError(`HF_ENDPOINT is ${JSON.stringify(address)}, which is not an address`, {
    code: "download-failed",
    hint: `set it to an address such as ${HUB}, or unset it`,
  });
}
