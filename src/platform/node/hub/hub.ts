/**
 * Models of the Hugging Face hub, in the cache that Hugging Face's own tools use: `blobs/<hash>` holds each content once,
 * `snapshots/<commit>/<file>` links to them, `refs/<revision>` names the commit. What one tool has downloaded the other finds.
 */
import { mkdir, readFile, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { PathInfo } from "@huggingface/hub";
import { CheckpointError, readConfig, WEIGHT_FORMATS, type WeightFormat } from "../../../../models/index.ts";
import type { DownloadFileOptions } from "../../download.ts";
import { checkpointFolder } from "../checkpoint-folder.ts";
import { writeFileAtomic } from "../write-file.ts";
import { downloadFile, type RemoteFile } from "./download.ts";

export interface HubOptions extends DownloadFileOptions {
  /** Use what is in the cache, and no network. Default: the environment's HF_HUB_OFFLINE. */
  readonly offline?: boolean;
  /** Of what the model consists of, only these files. Default: all. */
  readonly only?: readonly string[];
  /** Told what a user should know, such as that the hub cannot be reached and the cache is used. */
  readonly onWarning?: (message: string) => void;
}

/** Names that GPT-2's sizes go by. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["gpt2", "openai-community/gpt2"],
  ["gpt2-medium", "openai-community/gpt2-medium"],
  ["gpt2-large", "openai-community/gpt2-large"],
  ["gpt2-xl", "openai-community/gpt2-xl"],
  ["distilgpt2", "distilbert/distilgpt2"],
]);

const REVISION = "main";
const CONFIG = "config.json";
/** Files with all weights, or that say in which files they are; a model needs one of them. */
const WEIGHTS = WEIGHT_FORMATS.flatMap(({ whole, index }) => [whole, index]);
/** What a model may consist of, apart from shards. */
const FILES = [CONFIG, "tokenizer.json", "vocab.json", "merges.txt", ...WEIGHTS];

/** The hub's id of a model, where `name` is one, short for one, or the address of the model's page. */
export function hubId(name: string): string | undefined {
  const id = name.replace(/^https:\/\/huggingface\.co\/(.*?)\/?$/, "$1");
  return ALIASES.get(id) ?? (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(id) ? id : undefined);
}

/**
 * The folder of a model in the cache, after downloading what is missing. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and
 * HF_HUB_OFFLINE are respected.
 *
 * @param id such as "openai-community/gpt2".
 * @throws CheckpointError when there is no such model, it cannot be downloaded, or with `offline` is not in the cache.
 */
export async function hubFolder(id: string, options: HubOptions = {}): Promise<string> {
  const { getHFHubCachePath, getRepoFolderName } = await import("@huggingface/hub");
  const storage = join(getHFHubCachePath(), getRepoFolderName({ type: "model", name: id }));
  const offline = options.offline ?? /^(1|true|yes|on)$/i.test(process.env["HF_HUB_OFFLINE"] ?? "");
  if (offline) {
    const cached = await cachedFolder(storage);
    if (cached !== undefined) return cached;
    throw new CheckpointError(`${id} is not in the cache, and the network is not to be used`, {
      code: "missing-file",
      hint: `looked in ${storage}; run once without --offline (and without HF_HUB_OFFLINE)`,
    });
  }
  let repository;
  try {
    repository = await describe(id, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    const cached = isUnreachable(error) ? await cachedFolder(storage) : undefined;
    if (cached === undefined) throw asCheckpointError(id, error);
    options.onWarning?.(`the hub cannot be reached; using ${id} as it is in the cache`);
    return cached;
  }
  return fill(storage, repository, options);
}

interface Repository {
  readonly id: string;
  readonly commit: string;
  readonly files: readonly PathInfo[];
  readonly infoOf: (paths: readonly string[]) => Promise<PathInfo[]>;
}

/** Asks the hub what there is. */
async function describe(id: string, signal: AbortSignal | undefined): Promise<Repository> {
  const { modelInfo, pathsInfo } = await import("@huggingface/hub");
  const accessToken = process.env["HF_TOKEN"] || undefined;
  const access = {
    hubUrl: endpoint(),
    accessToken,
    fetch: (input: Parameters<typeof fetch>[0], init?: RequestInit) =>
      fetch(input, { ...init, signal: signal ?? init?.signal }),
  };
  const { sha } = await modelInfo({ name: id, revision: REVISION, additionalFields: ["sha"], ...access });
  // It becomes the name of a folder.
  if (!/^[0-9a-f]{40}$/.test(String(sha)))
    throw new TypeError(`the hub gives ${JSON.stringify(sha)} as commit`);
  const infoOf = (paths: readonly string[]): Promise<PathInfo[]> =>
    pathsInfo({ repo: { type: "model", name: id }, revision: sha, paths: [...paths], ...access });
  return { id, commit: sha, files: await infoOf(FILES), infoOf };
}

/** Downloads what a snapshot lacks; the ref is written last, so that it never names half a model. */
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
    return snapshot; // without a ref: it is not the whole model
  }
  const weights = WEIGHTS.find((name) => files.some(({ path }) => path === name));
  if (weights === undefined) {
    throw new CheckpointError(`${repository.id} has no model.safetensors and no pytorch_model.bin`, {
      code: "missing-file",
      hint: "only checkpoints in these formats can be read",
    });
  }
  const wanted = files.filter(({ path }) => path === weights || !WEIGHTS.includes(path));
  // A model of another architecture is refused before its weights are downloaded.
  const [config, ...others] = [
    ...wanted.filter(({ path }) => path === CONFIG),
    ...wanted.filter(({ path }) => path !== CONFIG),
  ];
  if (config) await fetchInto(storage, snapshot, repository, config, options);
  await readConfig(await checkpointFolder(snapshot));
  for (const file of others) await fetchInto(storage, snapshot, repository, file, options);
  const sharded = WEIGHT_FORMATS.find(({ index }) => index === weights);
  if (sharded) {
    const shards = shardNames(sharded, await readFile(join(snapshot, weights), "utf8"));
    for (const file of await repository.infoOf(shards)) {
      if (shards.includes(file.path)) await fetchInto(storage, snapshot, repository, file, options);
    }
  }
  await mkdir(join(storage, "refs"), { recursive: true });
  await writeFileAtomic(join(storage, "refs", REVISION), new TextEncoder().encode(repository.commit));
  return snapshot;
}

async function fetchInto(
  storage: string,
  snapshot: string,
  { id, commit }: Repository,
  file: PathInfo,
  { onProgress, onWarning, signal, retryDelay }: HubOptions,
): Promise<void> {
  const remote = remoteFile(id, commit, file);
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
  await symlink(relative(dirname(link), blob), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
}

function remoteFile(id: string, commit: string, { path, size, oid, lfs }: PathInfo): RemoteFile {
  const digest = lfs?.oid ?? oid ?? "";
  if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(digest)) {
    throw new TypeError(`the hub gives ${JSON.stringify(digest)} as hash of ${path}`);
  }
  const token = process.env["HF_TOKEN"];
  return {
    name: `${id}/${path}`,
    url: `${endpoint()}/${id}/resolve/${commit}/${path}`,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    bytes: lfs?.size ?? size,
    hash: { kind: lfs ? "sha256" : "git", digest },
  };
}

/** Plain names of the shards that an index lists. */
function shardNames({ shard }: WeightFormat, index: string): string[] {
  const json: unknown = JSON.parse(index);
  const map = typeof json === "object" && json !== null && "weight_map" in json ? json.weight_map : undefined;
  const names: unknown[] = typeof map === "object" && map !== null ? Object.values(map) : [];
  const plain = names.filter((name) => typeof name === "string" && shard.test(name));
  return [...new Set(plain.map(String))];
}

/** The snapshot that the cache has of the revision. */
async function cachedFolder(storage: string): Promise<string | undefined> {
  const commit = await readFile(join(storage, "refs", REVISION), "utf8").catch(() => undefined);
  if (commit === undefined) return undefined;
  const snapshot = join(storage, "snapshots", commit.trim());
  return (await sizeOf(join(snapshot, "config.json"))) > 0 ? snapshot : undefined;
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? -1;
}

function endpoint(): string {
  return (process.env["HF_ENDPOINT"] || "https://huggingface.co").replace(/\/+$/, "");
}

/** `fetch` rejects with a TypeError when there is no answer. */
function isUnreachable(error: unknown): boolean {
  return statusOf(error) === undefined
    ? error instanceof TypeError && error.cause !== undefined
    : isBusy(error);
}

function isBusy(error: unknown): boolean {
  const status = statusOf(error) ?? 0;
  return status === 429 || status >= 500;
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

function asCheckpointError(id: string, cause: unknown): unknown {
  if (cause instanceof CheckpointError) return cause;
  const status = statusOf(cause);
  const details = { code: "download-failed" as const, cause };
  if (status === 404) {
    const hint = "there is no such folder either; check the name";
    return new CheckpointError(`the hub has no model "${id}"`, { ...details, hint });
  }
  if (status === 401 || status === 403) {
    const hint = "it does not exist, or is private or gated: then set HF_TOKEN to a token that may read it";
    return new CheckpointError(`the hub does not give "${id}" (HTTP ${status})`, { ...details, hint });
  }
  if (isUnreachable(cause)) {
    const hint = "check the connection and HF_ENDPOINT, or give a folder with the model's files";
    return new CheckpointError(`"${id}" is no folder here, and the hub at ${endpoint()} cannot be reached`, {
      ...details,
      hint,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = "check HF_ENDPOINT and HF_TOKEN";
  return new CheckpointError(`"${id}" cannot be had from the hub: ${reason}`, { ...details, hint });
}
