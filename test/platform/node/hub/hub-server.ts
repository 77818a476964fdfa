/** A server with the hub's paths, and faults on request. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

type Files = ReadonlyMap<string, Uint8Array>;

export interface HubServerOptions {
  /** Files by name; those that end in ".safetensors" or ".bin" are kept as large files are: by SHA-256, on another host. */
  readonly files: Files;
  readonly id: string;
  readonly commit?: string;
  /** Branches and tags besides main. */
  readonly revisions?: Readonly<Record<string, { readonly commit: string; readonly files: Files }>>;
  /** Required token. */
  readonly token?: string;
}

/** A response of any kind. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a clone without Git LFS has in place of a file. */
export function pointerTo(content: Uint8Array): Uint8Array {
  const digest = createHash("sha256").update(content).digest("hex");
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize ${content.length}\n`;
  return new TextEncoder().encode(text);
}

export class HubServer {
  /** Requests for contents: file, and the first byte asked for. */
  readonly downloads: { readonly file: string; readonly from: number }[] = [];
  /** How many bytes of the next large files get through before the connection is cut: when `arrived` tells of them. */
  readonly cuts: number[] = [];
  /** Status of the responses to the next large files. */
  readonly refusals: number[] = [];
  /** Content sent in place of a file. */
  readonly falsified = new Map<string, Uint8Array>();
  /** Bytes of every large file that are sent before `goOn` is called. */
  pauseAfter: number | undefined;
  /** Whether range requests are answered with the whole file. */
  ignoresRange = false;
  /** Authorization headers received by the host of large files. */
  readonly leaked: string[] = [];
  /** What is sent in place of the answer to a path, such as a login page. */
  instead: (path: string) => Answer | undefined = () => undefined;
  requests = 0;
  readonly #paused: (() => void)[] = [];
  readonly #cutting: { readonly at: number; readonly cut: () => void }[] = [];
  readonly #options: HubServerOptions;
  readonly #api: Server;
  readonly #storage: Server;

  constructor(options: HubServerOptions) {
    this.#options = options;
    this.#api = createServer((request, response) => this.#answer(request, response));
    this.#storage = createServer((request, response) => {
      this.leaked.push(...(request.headers.authorization ? [request.headers.authorization] : []));
      const [, commit = "", file = ""] =
        /^\/([^/]+)\/(.*)$/.exec(decodeURIComponent(request.url ?? "")) ?? [];
      this.#send(file, this.#commitOf(commit)?.files ?? new Map(), request, response);
    });
  }

  /** @returns its address. */
  async start(): Promise<string> {
    await Promise.all([this.#api, this.#storage].map((server) => listen(server)));
    return `http://127.0.0.1:${portOf(this.#api)}`;
  }

  stop(): void {
    for (const server of [this.#api, this.#storage]) {
      server.closeAllConnections();
      server.close();
    }
  }

  /** To be called with the client's number of loaded bytes. */
  arrived({ file, loadedBytes }: { readonly file: string; readonly loadedBytes: number }): void {
    if (!isLarge(file)) return;
    const waiting = this.#cutting.splice(0);
    for (const each of waiting) {
      if (each.at <= loadedBytes) each.cut();
      else this.#cutting.push(each);
    }
  }

  /** Sends the rest of paused responses, and stops pausing. */
  goOn(): void {
    this.pauseAfter = undefined;
    for (const send of this.#paused.splice(0)) send();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    allowPages(response);
    this.requests += 1;
    const { id, token } = this.#options;
    const path = new URL(request.url ?? "", "http://hub").pathname;
    const refuse = (status: number, code: string, words: string): void => {
      response.setHeader("X-Error-Code", code).setHeader("X-Error-Message", words);
      sendJson(response, status, { error: words });
    };
    const given = this.instead(path);
    const authorization = request.headers.authorization;
    if (given) {
      response.writeHead(given.status, given.headers).end(given.body);
    } else if (token !== undefined && authorization !== undefined && authorization !== `Bearer ${token}`) {
      sendJson(response, 401, { error: "Invalid credentials in Authorization header" });
    } else if (token !== undefined && authorization === undefined) {
      refuse(401, "RepoNotFound", "Invalid username or password.");
    } else {
      const [, named, kind, revision = "", file = ""] =
        /^(?:\/api\/models)?\/([^/]+\/[^/]+)\/(revision|paths-info|resolve)\/([^/]+)(?:\/(.*))?$/.exec(
          path,
        ) ?? [];
      const commit = this.#commitOf(decodeURIComponent(revision));
      if (named !== id) refuse(404, "RepoNotFound", "Repository not found");
      else if (!commit) refuse(404, "RevisionNotFound", `Invalid rev id: ${decodeURIComponent(revision)}`);
      else if (kind === "revision") {
        const facts = {
          _id: "1",
          id,
          sha: commit.name,
          private: false,
          downloads: 0,
          gated: false,
          likes: 0,
        };
        sendJson(response, 200, facts);
      } else if (kind === "paths-info") {
        let body = "";
        request.on("data", (chunk: Buffer) => (body += chunk.toString()));
        request.on("end", () => {
          const paths: readonly string[] = JSON.parse(body).paths;
          const found = paths.flatMap((each) => {
            const content = commit.files.get(each);
            return content ? [pathInfo(each, content)] : [];
          });
          sendJson(response, 200, found);
        });
      } else if (!isLarge(file)) this.#send(file, commit.files, request, response);
      else {
        const address = `http://localhost:${portOf(this.#storage)}/${commit.name}/${file}`;
        response.writeHead(302, { Location: address }).end();
      }
    }
  }

  /** The files of a commit, by its hash or a revision. */
  #commitOf(revision: string): { readonly name: string; readonly files: Files } | undefined {
    const { commit = COMMIT, files, revisions = {} } = this.#options;
    const commits = [["main", { commit, files }] as const, ...Object.entries(revisions)];
    const found = commits.find(([name, each]) => name === revision || each.commit === revision)?.[1];
    return found && { name: found.commit, files: found.files };
  }

  #send(file: string, files: Files, request: IncomingMessage, response: ServerResponse): void {
    allowPages(response);
    const content = this.falsified.get(file) ?? files.get(file);
    if (!content) {
      response.writeHead(404).end();
      return;
    }
    const refusal = isLarge(file) ? this.refusals.shift() : undefined;
    if (refusal !== undefined) {
      response.writeHead(refusal).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
    this.downloads.push({ file, from });
    const start = this.ignoresRange ? 0 : from;
    const part = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, {
      "Content-Length": part.length,
      ...(start > 0 ? { "Content-Range": `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
    });
    const cut = isLarge(file) ? this.cuts.shift() : undefined;
    if (cut === 0) response.destroy();
    else if (cut !== undefined) {
      response.write(part.subarray(0, cut));
      // Not before: unread data is lost when the connection breaks.
      this.#cutting.push({ at: start + cut, cut: () => response.destroy() });
    } else if (this.pauseAfter !== undefined && isLarge(file)) {
      const rest = part.subarray(this.pauseAfter);
      response.write(part.subarray(0, this.pauseAfter));
      this.#paused.push(() => response.end(rest));
    } else response.end(part);
  }
}

/** Sends the CORS headers of the hub and its storage. */
function allowPages(response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Expose-Headers", "ETag, Content-Range, X-Error-Code, X-Error-Message");
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

function isLarge(file: string): boolean {
  return /\.(safetensors|bin)$/.test(file);
}

function pathInfo(path: string, content: Uint8Array) {
  const git = createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
  const sha256 = createHash("sha256").update(content).digest("hex");
  const lfs = isLarge(path) ? { lfs: { oid: sha256, size: content.length, pointerSize: 134 } } : {};
  return { type: "file", path, size: content.length, oid: git, ...lfs };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
