/** Requests one file of a model from a server. */
import { CheckpointError, type CheckpointErrorCode } from "../../models/index.ts";
import { isTemporary } from "./retries.ts";
import { statusLine, wordsOf } from "./server-words.ts";

export interface RequestFileOptions {
  /** The first byte; the response has status 206 where the server sends the rest only. Default 0. */
  readonly from?: number;
  /** Whether the server has answered before: then a failure is an interruption, not a wrong URL. Default false. */
  readonly isBegun?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Requests a file and checks the answer.
 *
 * @throws CheckpointError when the server does not have it or cannot be reached; Error when it fails for now; the signal's reason.
 */
export async function requestFile(
  url: URL,
  { from = 0, isBegun = false, signal }: RequestFileOptions = {},
): Promise<Response> {
  let response;
  try {
    response = await fetch(url, {
      headers: from > 0 ? { Range: `bytes=${from}-` } : undefined,
      signal,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    if (isBegun) throw cause;
    throw new CheckpointError(`${url.href} cannot be fetched`, {
      code: "download-failed",
      hint: `check the address and the connection${globalThis.location ? ", and that the server allows this page to read from it (CORS)" : ""}`,
      cause,
    });
  }
  if (!response.ok) {
    const line = statusLine(response, await wordsOf(response));
    if (isTemporary(response.status)) throw new Error(line);
    throw new CheckpointError(`${url.href}: ${line}`, refusal(response));
  }
  // Servers of single-page applications return the page for every URL.
  if (response.headers.get("content-type")?.startsWith("text/html")) {
    throw new CheckpointError(`${url.href} is a web page`, {
      code: "missing-file",
      hint: `${FOLDER}; or the network asks for a login`,
    });
  }
  return response;
}

const FOLDER = "the folder on the server must hold config.json and model.safetensors or pytorch_model.bin";

/** The Hugging Face hub distinguishes a missing file from a model without access. */
function refusal({ headers }: Response): { readonly code: CheckpointErrorCode; readonly hint: string } {
  switch (headers.get("x-error-code")) {
    case "GatedRepo":
      return {
        code: "access-denied",
        hint: "download the model with an account that has access, and name its folder",
      };
    case "RepoNotFound":
      return { code: "unknown-model", hint: "check the name; private models can be read as a folder only" };
    case "RevisionNotFound":
      return { code: "unknown-revision", hint: "name a branch, a tag or a commit of the model" };
    default:
      return { code: "missing-file", hint: FOLDER };
  }
}
