/** Gets the list of a model's files from the hub. */
import type { PathInfo } from "@huggingface/hub";
import { CheckpointError } from "../../../../models/index.ts";
import { DEFAULT_REVISION } from "../../hub-name.ts";
import { isWebPage } from "../../server-words.ts";
import {
  type HubRequest,
  isHtml,
  noRevision,
  notInFormat,
  notTheHub,
  refusalOf,
  unreachable,
} from "./hub-errors.ts";

/** One commit of a model. */
export interface Repository {
  readonly request: HubRequest;
  readonly commit: string;
  /** Those of the files asked for that are there. */
  readonly files: readonly PathInfo[];
  readonly infoOf: (paths: readonly string[]) => Promise<PathInfo[]>;
}

/**
 * The commit of a revision, and which of the files it has.
 *
 * @throws CheckpointError with the code `download-failed` when the hub cannot be reached, does not answer as a hub, or fails
 * for now; with others when it refuses.
 */
export async function describeRepository(
  request: HubRequest,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Repository> {
  const { modelInfo, pathsInfo } = await import("@huggingface/hub");
  const access = { hubUrl: request.endpoint, fetch: fetchFrom(request, signal) };
  const { id, revision } = request;
  const infoAt = (name: string) =>
    modelInfo({ name: id, revision: name, additionalFields: ["sha"], ...access });
  const asked = async <T>(question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof CheckpointError) throw error;
      throw notInFormat(error instanceof Error ? error.message : String(error), request, error);
    }
  };
  const { sha } = await asked(() =>
    infoAt(revision).catch(async (error: unknown) => {
      // A hub that sends no codes does not say which of the two is missing.
      const isEither = error instanceof CheckpointError && error.code === "unknown-model";
      if (!isEither || revision === DEFAULT_REVISION) throw error;
      await infoAt(DEFAULT_REVISION).catch(() => {
        throw error;
      });
      throw noRevision(request);
    }),
  );
  // The value becomes a folder name.
  if (!/^[0-9a-f]{40}$/.test(String(sha))) throw notInFormat(`its commit is ${JSON.stringify(sha)}`, request);
  const infoOf = (paths: readonly string[]): Promise<PathInfo[]> =>
    asked(() =>
      pathsInfo({ repo: { type: "model", name: id }, revision: sha, paths: [...paths], ...access }),
    );
  return { request, commit: sha, files: await infoOf(files), infoOf };
}

/** `fetch` with the token, and errors in the user's words. Every answer of the hub is JSON. */
function fetchFrom(request: HubRequest, signal: AbortSignal | undefined): typeof fetch {
  return async (input, init) => {
    let response;
    let text;
    try {
      const headers = new Headers({
        ...Object.fromEntries(new Headers(init?.headers)),
        ...authorization(request),
      });
      response = await fetch(input, { ...init, headers, signal: signal ?? null });
      if (!response.ok) throw await refusalOf(response, request);
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof CheckpointError) throw cause;
      throw unreachable(cause, request);
    }
    if (isHtml(response) || isWebPage(text)) throw notTheHub(response, request);
    try {
      return Response.json(JSON.parse(text));
    } catch {
      throw notInFormat("its answer is not JSON", request);
    }
  };
}

/** The header for requests to the hub itself. `fetch` drops it when it follows a redirect to another host. */
export function authorization({ token }: HubRequest): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token.value}` };
}
