/** The second graph of a decoder, which returns the stream after each layer: built when it is first requested. */
import { DecoderSession, type PreparedSource } from "./decoder-session.ts";
import { EngineError } from "./errors.ts";

export class LayerSession {
  readonly #open: (() => Promise<DecoderSession>) | undefined;
  #opened: Promise<DecoderSession> | undefined;

  constructor({ config, scheme, runtime, reopen }: Omit<PreparedSource, "weights">) {
    this.#open =
      reopen && (async () => DecoderSession.load({ config, scheme, runtime, weights: await reopen() }, true));
  }

  /**
   * Loads the graph at the first call. After a failure, the next call tries again.
   *
   * @throws EngineError without `reopen`; the errors of loading.
   */
  open(): Promise<DecoderSession> {
    if (!this.#open) throw noWeights();
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async dispose(): Promise<void> {
    await (await this.#opened?.catch(() => undefined))?.dispose();
  }
}

function noWeights(): EngineError {
  return new EngineError("the layers cannot be shown: the model's weights are no longer in memory", {
    code: "no-weights",
    hint: "load the model from an address, not from files in memory; a program can give `reopen` to the decoder",
  });
}
