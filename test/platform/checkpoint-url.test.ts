import { createServer, type RequestListener, type Server } from "node:http";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CheckpointError, readCheckpoint, readIfThere } from "../../models/index.ts";
import { checkpointUrl, type DownloadProgress } from "../../src/platform/checkpoint-url.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-url-"));
let server: Server | undefined;

beforeAll(() => {
  writeTinyCheckpoint(folder);
});

afterEach(() => {
  vi.unstubAllGlobals();
  server?.closeAllConnections();
  server?.close();
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The URL of a server with this handler. */
async function serve(answer: RequestListener): Promise<string> {
  const started = createServer(answer);
  server = started;
  await new Promise<void>((resolve) => {
    started.listen(0, "127.0.0.1", resolve);
  });
  const address = started.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return `http://127.0.0.1:${address.port}`;
}

const serveFolder: RequestListener = (request, response) => {
  const bytes = readFileSync(join(folder, (request.url ?? "").replace("/models/tiny/", "")));
  response.setHeader("Content-Length", bytes.length).end(bytes);
};

describe("checkpointUrl", () => {
  it("reads a checkpoint that has only pytorch_model.bin", async () => {
    const golden = join(import.meta.dirname, "../models/golden/pytorch-views");
    const url = await serve((request, response) => {
      const name = (request.url ?? "").slice(1);
      if (name.includes("safetensors")) response.writeHead(404).end();
      else response.end(readFileSync(join(golden, name)));
    });
    const { tensors } = await readCheckpoint(checkpointUrl(url));
    expect(tensors.get("wte.weight")?.shape).toEqual([24, 8]);
  });

  it.each<[string, Record<string, string>]>([
    ["its length", { "Content-Length": "3000000" }],
    ["no length", {}],
    ["an encoding, so that its length may be another", { "Content-Encoding": "identity" }],
  ])("reads a file of several parts that comes with %s", async (_, headers) => {
    const content = Uint8Array.from({ length: 3_000_000 }, (_each, i) => i % 251);
    const url = await serve((_request, response) => {
      response.writeHead(200, headers);
      for (let at = 0; at < content.length; at += 500_000) response.write(content.subarray(at, at + 500_000));
      response.end();
    });
    const found = await readIfThere(checkpointUrl(url), "model.safetensors");
    expect(found?.length).toBe(content.length);
    expect(Buffer.from(found ?? []).equals(content)).toBe(true);
  });

  it.each([
    ["longer", 2],
    ["shorter", 7],
  ])("reads a file that is %s than the server says", async (_, length) => {
    const headers = { "Content-Length": String(length) };
    vi.stubGlobal("fetch", async () => new Response(Uint8Array.of(1, 2, 3, 4, 5), { headers }));
    const found = await readIfThere(checkpointUrl("http://server/"), "model.safetensors");
    expect([...(found ?? [])]).toEqual([1, 2, 3, 4, 5]);
  });

  it.each(["/models/tiny", "/models/tiny/"])(
    "reads a checkpoint from %s, and tells how far it is",
    async (path) => {
      const seen: DownloadProgress[] = [];
      const url = await serve(serveFolder);
      const { config, tensors } = await readCheckpoint(
        checkpointUrl(`${url}${path}`, { onProgress: (progress) => seen.push(progress) }),
      );
      expect(config.vocabulary).toBe("performance-416");
      expect(tensors.get("wte.weight")?.shape).toEqual([416, 16]);
      const bytes = readFileSync(join(folder, "model.safetensors")).length;
      expect(seen.at(-1)).toEqual({ file: "model.safetensors", loadedBytes: bytes, totalBytes: bytes });
      const loaded = seen.filter(({ file }) => file === "model.safetensors").map((each) => each.loadedBytes);
      expect(loaded).toEqual(loaded.toSorted((a, b) => a - b));
    },
  );

  it("names the file that a server does not have", async () => {
    const url = await serve((_, response) => response.writeHead(404).end());
    const failure = readCheckpoint(checkpointUrl(`${url}/models/tiny/`));
    await expect(failure).rejects.toBeInstanceOf(CheckpointError);
    await expect(failure).rejects.toMatchObject({
      code: "missing-file",
      message: `${url}/models/tiny/config.json: HTTP 404 Not Found`,
    });
  });

  it.each([
    ["GatedRepo", 403, "access-denied"],
    ["RepoNotFound", 401, "unknown-model"],
    ["RevisionNotFound", 404, "unknown-revision"],
    ["EntryNotFound", 404, "missing-file"],
  ])("has the hub's own words: %s", async (hubCode, status, code) => {
    const url = await serve((_, response) =>
      response.writeHead(status, { "X-Error-Code": hubCode, "X-Error-Message": "The hub's words." }).end(),
    );
    await expect(checkpointUrl(url).open("added_tokens.json")).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`added_tokens\\.json: HTTP ${status} .*: The hub's words\\.$`),
      ),
    });
  });

  it("refuses a Git LFS pointer, without retrying or storing it", async () => {
    const put = vi.fn<() => Promise<void>>();
    vi.stubGlobal("caches", { open: async () => ({ match: async () => undefined, put }) });
    let requests = 0;
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n";
    const url = await serve((_, response) => {
      requests += 1;
      response.end(pointer);
    });
    await expect(checkpointUrl(url, { cache: "models" }).open("model.safetensors")).rejects.toMatchObject({
      code: "lfs-pointer",
      message: `${url}/model.safetensors is a Git LFS pointer, not the file`,
    });
    expect([requests, put.mock.calls.length]).toEqual([1, 0]);
  });

  it("detects a web page in place of a file", async () => {
    const url = await serve((_, response) => response.setHeader("Content-Type", "text/html").end("<p>Hello"));
    await expect(checkpointUrl(url).open("config.json")).rejects.toThrow(`${url}/config.json is a web page`);
  });

  it("reports that a server cannot be reached", async () => {
    const url = await serve(serveFolder);
    server?.close();
    const reading = (): Promise<unknown> => checkpointUrl(url).open("config.json");
    await expect(reading()).rejects.toMatchObject({
      name: "CheckpointError",
      hint: "check the address and the connection",
    });
    vi.stubGlobal("location", new URL("http://localhost/"));
    await expect(reading()).rejects.toMatchObject({ hint: expect.stringContaining("CORS") });
  });

  it("reports an interrupted download", async () => {
    let cut = (): unknown => undefined;
    const url = await serve((_, response) => {
      cut = () => response.destroy();
      response.setHeader("Content-Length", 1000).write("half");
    });
    // Not before: unread data is lost when the connection breaks.
    const onProgress = ({ loadedBytes }: DownloadProgress): unknown => loadedBytes === 4 && cut();
    const files = checkpointUrl(url, { retryDelay: 1, onProgress });
    await expect(files.open("config.json")).rejects.toThrow("stopped after 4 bytes");
    // An interrupted file is not a missing one.
    await expect(readIfThere(files, "tokenizer.json")).rejects.toMatchObject({ code: "download-failed" });
  });

  it("retries when the server is overloaded, not when it refuses", async () => {
    const statuses = [503, 429, 200, 403];
    const url = await serve((_, response) => response.writeHead(statuses.shift() ?? 500).end("the file"));
    const files = checkpointUrl(url, { retryDelay: 1 });
    const file = await files.open("merges.txt");
    expect(new TextDecoder().decode(await file.read(0, file.bytes))).toBe("the file");
    await expect(files.open("merges.txt")).rejects.toThrow(`${url}/merges.txt: HTTP 403 Forbidden`);
    await expect(files.open("merges.txt")).rejects.toThrow("stopped after 0 bytes: HTTP 500");
  });

  it("restarts when the file on the server has changed since the interruption", async () => {
    const versions = [Buffer.from("an old version of it"), Buffer.from("the new version, longer")];
    const ranges: (string | undefined)[] = [];
    let cut = (): unknown => undefined;
    const url = await serve((request, response) => {
      const { range } = request.headers;
      const [whole, isCut] = [versions[ranges.length === 0 ? 0 : 1] ?? Buffer.of(), ranges.length === 0];
      const from = Number(/\d+/.exec(range ?? "0")?.[0]);
      ranges.push(range);
      response.writeHead(from > 0 ? 206 : 200, {
        ETag: `"${isCut ? 1 : 2}"`,
        "Content-Length": whole.length - from,
      });
      cut = () => response.destroy();
      if (isCut) response.write(whole.subarray(0, 6));
      else response.end(whole.subarray(from));
    });
    const onProgress = ({ loadedBytes }: DownloadProgress): unknown => loadedBytes === 6 && cut();
    const file = await checkpointUrl(url, { retryDelay: 1, onProgress }).open("merges.txt");
    expect(Buffer.from(await file.read(0, file.bytes)).toString()).toBe("the new version, longer");
    expect(ranges).toEqual([undefined, "bytes=6-", undefined]);
  });

  it("stops when the signal aborts", async () => {
    const abort = new AbortController();
    const url = await serve((_, response) => {
      response.setHeader("Content-Length", 1000).write("half");
    });
    const reason = new Error("enough");
    const opening = checkpointUrl(url, {
      signal: abort.signal,
      onProgress: ({ loadedBytes }) => loadedBytes > 0 && abort.abort(reason),
    }).open("config.json");
    await expect(opening).rejects.toBe(reason);
  });

  it("stores complete files in the browser's Cache, if it exists and the option is set", async () => {
    const kept = new Map<string, Response>();
    const cache = {
      match: async (url: URL) => kept.get(url.href)?.clone(),
      put: async (url: URL, response: Response) => void kept.set(url.href, response),
    };
    vi.stubGlobal("caches", { open: async () => cache });
    let requests = 0;
    let isBroken = true;
    const url = await serve((request, response) => {
      requests += 1;
      if (isBroken) response.setHeader("Content-Length", 1000).write("half", () => response.destroy());
      else serveFolder(request, response);
    });
    const files = checkpointUrl(`${url}/models/tiny/`, { cache: "models", retryDelay: 1 });
    await expect(files.open("config.json")).rejects.toThrow("stopped");
    expect(kept.size).toBe(0);
    [isBroken, requests] = [false, 0];
    const first = await (await files.open("config.json")).read(0, 10);
    const again = await (await files.open("config.json")).read(0, 10);
    expect(again).toEqual(first);
    expect(requests).toBe(1);
    await checkpointUrl(`${url}/models/tiny/`).open("config.json");
    expect(requests).toBe(2);
  });

  it("remembers in the Cache that an optional file is missing, and no other file", async () => {
    const kept = new Map<string, Response>();
    const cache = {
      match: async (url: URL) => kept.get(url.href)?.clone(),
      put: async (url: URL, response: Response) => void kept.set(url.href, response),
    };
    vi.stubGlobal("caches", { open: async () => cache });
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.url);
      response.writeHead(404).end();
    });
    const files = checkpointUrl(url, { cache: "models", retryDelay: 1 });
    for (const name of ["added_tokens.json", "merges.txt", "added_tokens.json", "merges.txt"]) {
      await expect(files.open(name)).rejects.toMatchObject({ code: "missing-file" });
    }
    expect(asked).toEqual(["/added_tokens.json", "/merges.txt", "/merges.txt"]);
  });
});
