/** Runs a text model for the Text tab. */
import { loadTextModel } from "../../src/platform/browser/index.ts";
import { explainSample, CachedContext, type Explanation, Sampler } from "../../src/engine/index.ts";
import type { TextModel } from "../../src/text/index.ts";
import { serializeError, threadCount } from "../../src/platform/browser/worker/index.ts";
import type { TextCalls, TextReply, TextRequest, Token } from "./protocol.ts";

const CANDIDATES = 10;
/** Browser cache for remote models; the service worker caches the included ones. */
const CACHE = "models";

class TextServer {
  readonly #model: TextModel;
  readonly #writing: CachedContext;
  readonly #looking: CachedContext;

  static async load({ source, wasm }: TextCalls["load"]["request"]): Promise<TextServer> {
    const isForeign = typeof source === "string" && new URL(source).origin !== location.origin;
    const model = await loadTextModel(source, {
      backend: "wasm",
      wasm: { threads: threadCount(), paths: wasm },
      cache: isForeign ? CACHE : undefined,
      onProgress: (progress) => reply({ progress }),
    });
    return new TextServer(model);
  }

  private constructor(model: TextModel) {
    this.#model = model;
    this.#writing = new CachedContext(model.decoder);
    this.#looking = new CachedContext(model.decoder);
  }

  get facts(): TextCalls["load"]["answer"] {
    const { layers, heads, window } = this.#model.decoder.config;
    return { layers, heads, window, separators: this.#model.separators };
  }

  encode({ text, specialTokens, to }: TextCalls["encode"]["request"]): readonly Token[] {
    return this.#model.encodePrompt(text, { specialTokens, to }).map((id) => this.#token(id));
  }

  async sample({ ids, step, options }: TextCalls["sample"]["request"]): Promise<Token | undefined> {
    const sampler = new Sampler(options);
    const { logits } = await this.#writing.prefill(ids, { reuseBeyondWindow: true });
    const id = sampler.sample(logits, step, { allowed: this.#model.allowedTokens, recent: ids });
    return this.#model.endIds.has(id) ? undefined : this.#token(id);
  }

  async explain({
    ids,
    index,
    layer,
    layers,
    options,
  }: TextCalls["explain"]["request"]): Promise<TextCalls["explain"]["answer"]> {
    const explained = await explainSample(this.#looking, this.#model.decoder.config.vocabularySize, {
      prompt: ids.slice(0, index),
      id: ids[index],
      sampler: new Sampler(options),
      candidates: CANDIDATES,
      attention: { layers: [layer] },
      layers,
    });
    const { probability, attention } = explained;
    const [found] = attention;
    const named = <Row extends Pick<Explanation, "candidates">>(row: Row) => ({
      ...row,
      candidates: row.candidates.map((candidate) => ({ ...candidate, ...this.#token(candidate.id) })),
    });
    const seen = found ? found.weights.length / found.heads.length : 0;
    return {
      candidates: named(explained).candidates,
      layers: explained.layers?.map(named),
      probability,
      attention: (found?.heads ?? []).map((head, row) => ({
        head,
        weights: found?.weights.slice(row * seen, (row + 1) * seen) ?? new Float32Array(),
      })),
    };
  }

  /**
   * Attention is available for the last id of a forward pass, so the ids are read one at a time; the last one also gives
   * the values.
   */
  async table({
    ids,
    layer,
    head,
    rows,
  }: TextCalls["table"]["request"]): Promise<TextCalls["table"]["answer"]> {
    const from = Math.max(0, ids.length - rows);
    const found: Float32Array[] = [];
    const attention = { layers: [layer], heads: [head] };
    let read = await this.#looking.prefill(ids.slice(0, from + 1), { reuseBeyondWindow: true, attention });
    for (let row = from; row < ids.length; row += 1) {
      if (row > from) read = await this.#looking.append(ids.slice(row, row + 1), { attention });
      found.push(read.attention[0]?.weights ?? new Float32Array());
    }
    const { heads, width } = this.#model.decoder.config;
    const headSize = width / heads;
    const all = this.#looking.values(layer); // [ids, heads, headSize]
    const values = new Float32Array((all.length / width) * headSize);
    for (let row = 0; row * width < all.length; row += 1) {
      const at = row * width + head * headSize;
      values.set(all.subarray(at, at + headSize), row * headSize);
    }
    return { from, rows: found, values, headSize };
  }

  #token(id: number): Token {
    return { id, text: this.#model.textOf(id) };
  }
}

/** Answers the requests of one page. */
class TextRequests {
  #server: TextServer | undefined;
  /** Requests run one after the other: a cached context serves one at a time. */
  #last: Promise<void> = Promise.resolve();

  receive(message: TextRequest): void {
    const { number } = message;
    this.#last = this.#last.then(() =>
      this.#answer(message).then(
        (answer) => reply({ number, answer }),
        (error: unknown) => reply({ number, error: serializeError(error) }),
      ),
    );
  }

  async #answer(message: TextRequest): Promise<unknown> {
    if (message.call === "load") {
      this.#server = await TextServer.load(message.request);
      return this.#server.facts;
    }
    const server = this.#server;
    if (!server) throw new TypeError("a request came before the model was loaded");
    if (message.call === "encode") return server.encode(message.request);
    if (message.call === "sample") return server.sample(message.request);
    if (message.call === "explain") return server.explain(message.request);
    return server.table(message.request);
  }
}

function reply(message: TextReply): void {
  self.postMessage(message);
}

/** Handles the requests of protocol.ts. */
export function serveText(): void {
  const requests = new TextRequests();
  self.addEventListener("message", ({ data }: MessageEvent<TextRequest>) => requests.receive(data));
}
