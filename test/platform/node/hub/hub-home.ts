/** A stand-in hub, and an empty cache and home for each test of a file. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, onTestFinished, vi } from "vitest";
import type { DownloadProgress } from "../../../../src/platform/checkpoint-url.ts";
import type { HubModel } from "../../../../src/platform/hub-name.ts";
import { hubFolder, type HubOptions } from "../../../../src/platform/node/hub/hub.ts";
import { writeTinyTextCheckpoint } from "../../../tiny-text-checkpoint.ts";
import { HubServer, type HubServerOptions } from "./hub-server.ts";

export const ID = "someone/tiny-gpt2";

/** Variables that change where tokens and caches are. */
const UNSET = [
  "HF_HUB_CACHE",
  "HUGGINGFACE_HUB_CACHE",
  "HF_TOKEN",
  "HUGGING_FACE_HUB_TOKEN",
  "HF_TOKEN_PATH",
  "HF_HUB_OFFLINE",
];

export interface OtherServer {
  readonly address: string;
  readonly requests: readonly { readonly authorization: string | undefined }[];
}

export class HubHome {
  readonly scratch = mkdtempSync(join(tmpdir(), "ostinato-hub-"));
  /** A folder with a model. */
  readonly source = writeTinyTextCheckpoint(join(this.scratch, "source"));
  /** Its files. */
  readonly files: ReadonlyMap<string, Uint8Array> = new Map(
    readdirSync(this.source).map((name) => [name, new Uint8Array(readFileSync(join(this.source, name)))]),
  );
  /** HF_HOME */
  home = "";
  #server: HubServer | undefined;

  /** Call it once in a test file. */
  constructor() {
    beforeEach(() => {
      this.home = mkdtempSync(join(this.scratch, "home-"));
      vi.stubEnv("HF_HOME", this.home);
      for (const name of UNSET) vi.stubEnv(name, undefined);
    });
    afterEach(() => {
      this.#server?.stop();
      vi.unstubAllEnvs();
    });
    afterAll(() => rmSync(this.scratch, { recursive: true }));
  }

  get server(): HubServer {
    if (!this.#server) throw new Error("no server");
    return this.#server;
  }

  get weights(): Uint8Array {
    return this.files.get("model.safetensors") ?? new Uint8Array();
  }

  /** The folder of the model in the cache. */
  get storage(): string {
    return join(this.home, "hub", "models--someone--tiny-gpt2");
  }

  /** Starts a hub in place of the one before, and names it in HF_ENDPOINT. */
  async serve(options: Partial<HubServerOptions> = {}): Promise<HubServer> {
    this.#server?.stop();
    const server = new HubServer({ id: ID, files: this.files, ...options });
    this.#server = server;
    vi.stubEnv("HF_ENDPOINT", await server.start());
    return server;
  }

  download(options: HubOptions & Partial<HubModel> = {}): Promise<string> {
    const { id = ID, revision, ...rest } = options;
    const onProgress = (progress: DownloadProgress): void => {
      rest.onProgress?.(progress);
      this.server.arrived(progress);
    };
    return hubFolder({ id, revision }, { retryDelay: 1, ...rest, onProgress });
  }

  /** Another host, which refuses every request. */
  async otherServer(): Promise<OtherServer> {
    const requests: { readonly authorization: string | undefined }[] = [];
    const server = createServer(({ headers: { authorization } }, response) => {
      requests.push({ authorization });
      response.writeHead(403).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return { address: `http://localhost:${address.port}`, requests };
  }

  blobs(): string[] {
    return readdirSync(join(this.storage, "blobs")).sort();
  }
}
