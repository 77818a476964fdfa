/** The page's side of the text worker. */
import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import type { DownloadProgress } from "../../src/platform/browser/index.ts";
import { deserializeError, WorkerError } from "../../src/platform/browser/worker/index.ts";
import type { TextCall, TextCalls, TextFacts, TextReply } from "./protocol.ts";

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

export class TextClient {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #facts: TextFacts | undefined;

  /** @throws CheckpointError, EngineError, TokenizerError, WorkerError */
  static async load(
    source: string | ReadonlyMap<string, Uint8Array>,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<TextClient> {
    const client = new TextClient(onProgress);
    const address = (path: string): string => new URL(path, document.baseURI).href;
    try {
      client.#facts = await client.ask("load", { source, wasm: { mjs: address(mjs), wasm: address(wasm) } });
      return client;
    } catch (error) {
      client.end();
      throw error;
    }
  }

  private constructor(onProgress: (progress: DownloadProgress) => void) {
    this.#worker = new Worker(new URL("../worker.ts", import.meta.url), { type: "module", name: "text" });
    this.#worker.addEventListener("message", ({ data }: MessageEvent<TextReply>) => {
      if ("progress" in data) onProgress(data.progress);
      else this.#receive(data);
    });
    this.#worker.addEventListener("error", ({ message }) => {
      const error = new WorkerError(`the worker failed: ${message || "it cannot be started"}`, {
        code: "worker-failed",
        hint: "reload the page",
      });
      for (const { reject } of this.#waiting.values()) reject(error);
    });
  }

  get facts(): TextFacts {
    return this.#facts ?? { layers: 0, heads: 0, window: 0, separators: [] };
  }

  ask<Call extends TextCall>(
    call: Call,
    request: TextCalls[Call]["request"],
  ): Promise<TextCalls[Call]["answer"]> {
    this.#asked += 1;
    const number = this.#asked;
    return new Promise<TextCalls[Call]["answer"]>((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, call, request });
    });
  }

  end(): void {
    this.#worker.terminate();
  }

  #receive(reply: Exclude<TextReply, { progress: unknown }>): void {
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if ("error" in reply) waiting?.reject(deserializeError(reply.error));
    else waiting?.resolve(reply.answer);
  }
}
