import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

export interface StaticServer {
  /** The URL of the first folder. */
  readonly url: string;
  /** The paths that were requested. */
  readonly requested: readonly string[];
  close(): Promise<void>;
}

export interface StaticServerOptions {
  /** Folders by the path they are served at, such as "/page/"; the most specific first. */
  readonly folders: Readonly<Record<string, string>>;
  /** Sends the headers for cross-origin isolation. */
  readonly isolated: boolean;
  /** Paths that contain this are never answered. */
  readonly unanswered?: string;
  /** The request headers that the answers are said to depend on. */
  readonly vary?: string;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** A minimal web server: files, their types, 404. */
export async function startStaticServer({
  folders,
  isolated,
  unanswered,
  vary,
}: StaticServerOptions): Promise<StaticServer> {
  const requested: string[] = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    requested.push(path);
    if (unanswered !== undefined && path.includes(unanswered)) return;
    const [prefix, folder] = Object.entries(folders).find(([at]) => path.startsWith(at)) ?? [];
    if (prefix === undefined || folder === undefined || path.includes("..")) {
      response.writeHead(404).end();
      return;
    }
    const file = join(folder, path.slice(prefix.length) || "index.html");
    try {
      const bytes = await readFile(file);
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      response
        .writeHead(200, {
          "Content-Type": type,
          "Content-Length": bytes.length,
          ...(isolated ? ISOLATION : {}),
          ...(vary === undefined ? {} : { Vary: vary }),
        })
        .end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const first = Object.keys(folders).at(-1) ?? "/";
  return {
    requested,
    url: `http://127.0.0.1:${address.port}${first}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
