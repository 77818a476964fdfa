/** A web server of a folder, as fast as a given line: all answers together, those to workers included. */
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
const PORTION = 16_384;

/** A line that waited for this machine catches up, for so many milliseconds. */
const CATCH_UP = 250;

/**
 * Compresses what GitHub Pages compresses, all types of the table, and sends its header for caches.
 *
 * @param line bytesPerSecond (Infinity: no limit), and latency of each answer in milliseconds.
 * @returns its URL; `answers`, in order of the requests: the path, the times of the request and of the last bytes on the clock of
 * `performance.now()`, and the bytes so far; and `close()`.
 */
export async function startSlowHost(folder, { bytesPerSecond, latency }) {
  const compressed = new Map();
  const answers = [];
  let free = 0;
  /** Waits until the line has sent this many bytes more. */
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
        ? portionsOf(compressed.get(file))
        : createReadStream(file, { highWaterMark: PORTION });
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

function* portionsOf(bytes) {
  for (let from = 0; from < bytes.length; from += PORTION) yield bytes.subarray(from, from + PORTION);
}
