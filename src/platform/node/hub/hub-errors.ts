/** What is wrong when the hub does not answer as expected, and what the user can do. */
import { CheckpointError, type CheckpointErrorCode } from "../../../../models/index.ts";
import { reasonOfCut } from "../../retries.ts";
import { statusLine, wordsOf } from "../../server-words.ts";
import type { HubToken } from "./token.ts";

/** What was asked for, and with which rights. */
export interface HubRequest {
  readonly id: string;
  readonly revision: string;
  /** Address of the hub. */
  readonly endpoint: string;
  readonly token: HubToken | undefined;
}

const LOG_IN = "log in with `hf auth login`, or set HF_TOKEN to a token of an account with access";
const NAME_FOLDER = "or name a folder with the model's files";

/**
 * The error of a response that is no success: by the code that the hub sends, else by its status. It reads the body.
 *
 * @param what the file in the request, for messages.
 */
export async function refusalOf(
  response: Response,
  request: HubRequest,
  what?: string,
): Promise<CheckpointError> {
  const { id, revision, endpoint, token } = request;
  const { status, headers } = response;
  const hubCode = headers.get("x-error-code") ?? "";
  const isHub = hubCode !== "" || headers.has("x-error-message");
  if (status === 511 || (status < 500 && !isHub && isHtml(response))) return notTheHub(response, request);
  const words = await wordsOf(response);
  const line = statusLine(response, words);
  const owner =
    token === undefined
      ? LOG_IN
      : `ask for access at ${endpoint}/${id} with the account of the token in ${token.origin}`;
  if (hubCode === "GatedRepo")
    return failed("access-denied", `the hub denies access to "${id}": ${line}`, owner);
  if (hubCode === "RevisionNotFound" || (status === 404 && /\brev(ision)?\b/i.test(words)))
    return noRevision(request);
  if (hubCode === "EntryNotFound") {
    const hint = `its files are listed at ${endpoint}/${id}/tree/${encodeURIComponent(revision)}`;
    return failed("missing-file", `the hub's "${id}" has no ${what ?? "such file"}`, hint);
  }
  if (hubCode === "RepoNotFound" || (status === 404 && what === undefined)) {
    const isPublic =
      token === undefined
        ? "check the name; if the model is private: " + LOG_IN
        : `check the name, and that the account of the token in ${token.origin} may read it`;
    return failed(
      "unknown-model",
      `the hub has no model "${id}"`,
      `${isPublic}; there is no folder of this name either`,
    );
  }
  if (status === 401 && token !== undefined) {
    const hint = "log in again with `hf auth login`, or remove the token: public models need none";
    return failed("access-denied", `the hub does not accept the token in ${token.origin}: ${line}`, hint);
  }
  if (status === 401 || status === 403) {
    const found = what === undefined ? `the hub denies access to "${id}": ${line}` : `${id}/${what}: ${line}`;
    return failed(
      "access-denied",
      found,
      token === undefined
        ? `the model does not exist, or is private or gated; for these ${LOG_IN}`
        : `${owner}, and check that HF_TOKEN or the stored token may read it`,
    );
  }
  if (status === 429 || status >= 500) {
    return failed(
      "download-failed",
      `the hub at ${endpoint} answers ${line}`,
      `try again later, ${NAME_FOLDER}`,
    );
  }
  const found =
    what === undefined ? `"${id}" cannot be downloaded from the hub at ${endpoint}` : `${id}/${what}`;
  return failed("download-failed", `${found}: ${line}`, "check the model's name, HF_ENDPOINT and HF_TOKEN");
}

/** A revision that the model does not have. */
export function noRevision({ id, revision, endpoint }: HubRequest): CheckpointError {
  const hint = `name a branch, a tag or a commit; ${endpoint}/${id}/tree/main lists them`;
  return failed("unknown-revision", `the hub's "${id}" has no revision "${revision}"`, hint);
}

/** Another server answers in place of the hub: a network's login page, a proxy, a wrong HF_ENDPOINT. */
export function notTheHub(response: Response, { endpoint }: Pick<HubRequest, "endpoint">): CheckpointError {
  const { redirected, url, ok } = response;
  const where = redirected && URL.canParse(url) ? ` of ${new URL(url).host}` : "";
  const status = ok ? "" : ` (${statusLine(response, "")})`;
  return failed(
    "download-failed",
    `the hub at ${endpoint} cannot be reached: a web page${where} came in place of its answer${status}`,
    "open a page in a browser: the network may ask for a login; or check HF_ENDPOINT and the proxy",
  );
}

/** The hub's answer is not in its format. */
export function notInFormat(found: string, { id, endpoint }: HubRequest, cause?: unknown): CheckpointError {
  return failed(
    "download-failed",
    `"${id}" cannot be downloaded from the hub at ${endpoint}: ${found}`,
    "check HF_ENDPOINT and the proxy",
    cause,
  );
}

/** No connection. @param cause what `fetch` threw. */
export function unreachable(cause: unknown, { id, endpoint }: HubRequest): CheckpointError {
  const found = `"${id}" is not a local folder, and the hub at ${endpoint} cannot be reached${reasonOfCut(cause)}`;
  return failed("download-failed", found, `check the connection and HF_ENDPOINT, ${NAME_FOLDER}`, cause);
}

/** Whether a response is a web page by its header. */
export function isHtml({ headers }: Response): boolean {
  return /^(text\/html|application\/xhtml)/i.test(headers.get("content-type") ?? "");
}

function failed(code: CheckpointErrorCode, found: string, hint: string, cause?: unknown): CheckpointError {
  return new CheckpointError(found, { code, hint, cause });
}
