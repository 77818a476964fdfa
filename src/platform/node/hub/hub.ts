/**
 * Models of the Hugging Face hub, in the cache of Hugging Face's own tools: `blobs/<hash>` stores each content once,
 * `snapshots/<commit>/<file>` links to them, `refs/<revision>` names the commit. The cache is shared with those tools.
 */
import { mkdir, readFile, stat, symlink } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { PathInfo } from "@huggingface/hub";
import {
  CheckpointError,
  readConfig,
  TEXT_FILES,
  WEIGHT_FORMATS,
  type WeightFormat,
} from "../../../../models/index.ts";
import type { DownloadFileOptions } from "../../download.ts";
import { checkpointFolder } from "../checkpoint-folder.ts";
import { writeFileAtomic } from "../write-file.ts";
import { downloadFile, type RemoteFile } from "./download.ts";

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

const REVISION = "main";
const CONFIG = "config.json";
/** Files with all weights, or index files of shards; a model needs one of them. */
const WEIGHTS = WEIGHT_FORMATS.flatMap(({ whole, index }) => [whole, index]);
/** Possible files of a model, apart from shards. */
const FILES = [CONFIG, ...TEXT_FILES, ...WEIGHTS];

/** The hub id of a model, if `name` is an id, a short name, or the URL of the model's page. */
export function hubId(name: string): string | undefined {
  const id = name.replace(/^https:\/\/huggingface\.co\/(.*?)\/?$/, "$1");
  return ALIASES.get(id) ?? (/^[\w-][\w.-]*\/[\w-][\w.-]*$/.test(id) ? id : undefined);
}

/**
 * Downloads the missing files of a model and returns its folder in the cache. Uses the environment variables HF_HOME,
 * HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and HF_HUB_OFFLINE.
 *
 * @param id such as "openai-community/gpt2".
 * @throws CheckpointError when the model does not exist, cannot be downloaded, or with `offline` is not in the cache.
 */
export async function hubFolder(id: string, options: HubOptions = {}): Promise<string> {
  const { getHFHubCachePath, getRepoFolderName } = await import("@huggingface/hub");
  const storage = join(getHFHubCachePath(), getRepoFolderName({ type: "model", name: id }));
  const offline = options.offline ?? /^(1|true|yes|on)$/i.test(process.env["HF_HUB_OFFLINE"] ?? "");
  if (offline) {
    const cached = await cachedFolder(storage);
    if (cached !== undefined) return cached;
    throw new CheckpointError(`${id} is not in the cache, and downloads are disabled`, {
      code: "missing-file",
      hint: `the cache folder is ${storage}; run once without --offline and HF_HUB_OFFLINE`,
    });
  }
  let repository;
  try {
    repository = await describe(id, options.signal);
  } catch (error) {
    options.signal?.throwIfAborted();
    const cached = isUnreachable(error) ? await cachedFolder(storage) : undefined;
    if (cached === undefined) throw asCheckpointError(id, error);
    options.onWarning?.(`the hub cannot be reached; using the cached ${id}`);
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

/** Requests the commit and the file list of a model. */
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
  // The value becomes a folder name.
  if (!/^[0-9a-f]{40}$/.test(String(sha)))
    throw new TypeError(`the hub returned the commit ${JSON.stringify(sha)}`);
  const infoOf = (paths: readonly string[]): Promise<PathInfo[]> =>
    pathsInfo({ repo: { type: "model", name: id }, revision: sha, paths: [...paths], ...access });
  return { id, commit: sha, files: await infoOf(FILES), infoOf };
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
    throw new CheckpointError(`${repository.id} has no model.safetensors and no pytorch_model.bin`, {
      code: "missing-file",
      hint: "only checkpoints in these formats can be read",
    });
  }
  const wanted = files.filter(({ path }) => path === weights || !WEIGHTS.includes(path));
  // The config is read first, so that an unsupported architecture is refused before the download of its weights.
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
    const found = (await repository.infoOf(shards)).filter(({ path }) => shards.includes(path));
    const missing = shards.find((name) => !found.some(({ path }) => path === name));
    if (missing !== undefined) {
      throw new CheckpointError(`${repository.id} has no ${missing}, which its ${weights} names`, {
        code: "missing-file",
        hint: "the model on the hub is incomplete; use another",
      });
    }
    for (const file of found) await fetchInto(storage, snapshot, repository, file, options);
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
    throw new TypeError(`the hub returned the hash ${JSON.stringify(digest)} for ${path}`);
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

/** File names of the shards in an index. */
function shardNames({ shard }: WeightFormat, index: string): string[] {
  const json: unknown = JSON.parse(index);
  const map = typeof json === "object" && json !== null && "weight_map" in json ? json.weight_map : undefined;
  const names: unknown[] = typeof map === "object" && map !== null ? Object.values(map) : [];
  const plain = names.filter((name) => typeof name === "string" && shard.test(name));
  return [...new Set(plain.map(String))];
}

/** The cached snapshot of the revision. */
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

/** `fetch` rejects with a TypeError when there is no response. */
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
    const hint = "there is no folder of this name either; check the name";
    return new CheckpointError(`the hub has no model "${id}"`, { ...details, hint });
  }
  if (status === 401 || status === 403) {
    const hint =
      "the model does not exist, or is private or gated; for these set HF_TOKEN to a token with access";
    return new CheckpointError(`the hub denies access to "${id}" (HTTP ${status})`, { ...details, hint });
  }
  if (isUnreachable(cause)) {
    const hint = "check the connection and HF_ENDPOINT, or name a folder with the model's files";
    return new CheckpointError(
      `"${id}" is not a local folder, and the hub at ${endpoint()} cannot be reached`,
      {
        ...details,
        hint,
      },
    );
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = "check HF_ENDPOINT and HF_TOKEN";
  return new CheckpointError(`"${id}" cannot be downloaded from the hub: ${reason}`, { ...details, hint });
}
