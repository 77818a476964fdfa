/** A web server for a folder with limited bandwidth: the limit applies to all responses together, those to workers included. */
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};
/** Bytes that are sent at once. */
const CHUNK_BYTES = 16_384;

/** Maximum delay by this process, in milliseconds, that is made up for by sending faster. */
const CATCH_UP = 250;

/**
 * Starts the server. As GitHub Pages does, it compresses the types of the table, and sends the same `Cache-Control` header.
 *
 * @param options `bytesPerSecond` (Infinity: no limit), and `latency` of each response in milliseconds.
 * @returns its URL; `answers`, in order of the requests: the path, the times of the request and of the last bytes on the clock of
 * `performance.now()`, and the bytes so far; and `close()`.
 */
export async function startSlowHost(folder, { bytesPerSecond, latency }) {
  const compressed = new Map();
  const answers = [];
  let free = 0;
  /** Waits until this many more bytes can have been sent. */
  const send = async (bytes) => {
    free = Math.max(free, performance.now() - CATCH_UP) + (bytes / bytesPerSecond) * 1000;
    await sleep(Math.max(0, free - performance.now()));
  };
  const server = createServer(async (request, response) => {
    const requested = performance.now();
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(folder, path.endsWith("/") ? `${path}index.html` : path);
    const type = TYPES[extname(file)];
    const answer = { path, requested, last: requested, bytes: 0 };
    answers.push(answer);
    try {
      if (type && !compressed.has(file)) compressed.set(file, gzipSync(await readFile(file)));
      const chunks = type
        ? chunksOf(compressed.get(file))
        : createReadStream(file, { highWaterMark: CHUNK_BYTES });
      await sleep(latency);
      let isBegun = false;
      for await (const chunk of chunks) {
        if (!isBegun) {
          response.writeHead(200, {
            "Content-Type": type ?? "application/octet-stream",
            ...(type ? { "Content-Encoding": "gzip" } : {}),
            "Cache-Control": "max-age=600",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
          });
          isBegun = true;
        }
        if (bytesPerSecond < Infinity) await send(chunk.length);
        if (response.destroyed) return;
        response.write(chunk);
        answer.bytes += chunk.length;
        answer.last = performance.now();
      }
      response.end();
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    answers,
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function* chunksOf(bytes) {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES);
}
