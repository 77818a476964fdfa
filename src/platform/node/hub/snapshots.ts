/**
 * The folder of a model in Hugging Face's cache, `models--owner--name`: `refs/<revision>` contains a commit, and
 * `snapshots/<commit>/` the files of that commit.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError } from "../../../../models/index.ts";
import { DEFAULT_REVISION } from "../../hub-name.ts";

const PREFIX = "models--";
const REFS = "refs";
const SNAPSHOTS = "snapshots";

/** A model of the cache. */
export interface CachedModel {
  /** Its id on the hub. */
  readonly id: string;
  readonly folder: string;
  /** Commit by revision. */
  readonly refs: ReadonlyMap<string, string>;
  /** Commits whose files are there, maybe not all of them. */
  readonly commits: readonly string[];
}

/** The models of a cache folder. */
export async function cachedModels(cache: string): Promise<CachedModel[]> {
  const entries = (await readdir(cache).catch(() => [])).filter((entry) => entry.startsWith(PREFIX)).sort();
  return Promise.all(
    entries.map(async (entry) => {
      const folder = join(cache, entry);
      const id = entry.slice(PREFIX.length).replaceAll("--", "/");
      return { id, folder, refs: await readRefs(folder), commits: await commitsIn(folder) };
    }),
  );
}

/** Whether a folder has the layout of a model in the cache. */
export async function isCachedModel(folder: string): Promise<boolean> {
  const has = (name: string): Promise<boolean> =>
    stat(join(folder, name)).then(
      () => true,
      () => false,
    );
  return (await has(SNAPSHOTS)) && !(await has("config.json"));
}

/** @returns the folder of a branch, tag or commit; undefined if it is not there. */
export async function snapshotOf(folder: string, revision: string): Promise<string | undefined> {
  const commit = (await readRef(folder, revision)) ?? revision;
  return (await commitsIn(folder)).includes(commit) ? join(folder, SNAPSHOTS, commit) : undefined;
}

/**
 * The folder of the files that a user means by the folder of a model: those of the revision; without one, of the commit that
 * `refs/main` names; without that, of the one that the other refs name, or the only one.
 *
 * @throws CheckpointError (`missing-file`) when they are not there, or several commits may be meant.
 */
export async function chosenSnapshot(folder: string, revision?: string): Promise<string> {
  const commits = await commitsIn(folder);
  const refs = await readRefs(folder);
  const main = refs.get(DEFAULT_REVISION);
  const wanted = revision ?? main;
  if (wanted !== undefined) {
    const found = await snapshotOf(folder, wanted);
    if (found !== undefined) return found;
    const problem =
      revision === undefined
        ? `${REFS}/${DEFAULT_REVISION} names the commit ${wanted}, which ${SNAPSHOTS}/ does not have`
        : `there is no revision "${revision}"`;
    throw noSnapshot(`${folder}: ${problem}`, folder, commits);
  }
  const named = [...new Set(refs.values())].filter((commit) => commits.includes(commit));
  const candidates = named.length > 0 ? named : commits;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return join(folder, SNAPSHOTS, only);
  const problem =
    only === undefined
      ? `${SNAPSHOTS}/ is empty`
      : `${SNAPSHOTS}/ has several commits, and there is no ${REFS}/${DEFAULT_REVISION} that names one`;
  throw noSnapshot(`${folder}: ${problem}`, folder, candidates);
}

function noSnapshot(found: string, folder: string, commits: readonly string[]): CheckpointError {
  const paths = commits.map((commit) => join(folder, SNAPSHOTS, commit));
  const hint = paths.length === 0 ? "download the model again" : `name the folder: ${paths.join(", ")}`;
  return new CheckpointError(found, { code: "missing-file", hint });
}

async function commitsIn(folder: string): Promise<string[]> {
  const entries = await readdir(join(folder, SNAPSHOTS), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isFile() && !entry.name.startsWith("."))
    .map(({ name }) => name)
    .sort();
}

/** Names may contain slashes, as in "refs/pr/1". */
async function readRefs(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(join(folder, REFS), { recursive: true }).catch(() => [])).sort();
  const refs = new Map<string, string>();
  for (const name of names) {
    const commit = await readRef(folder, name);
    if (commit !== undefined) refs.set(name.replaceAll("\\", "/"), commit);
  }
  return refs;
}

async function readRef(folder: string, revision: string): Promise<string | undefined> {
  const text = await readFile(join(folder, REFS, revision), "utf8").catch(() => "");
  return text.trim() || undefined;
}
