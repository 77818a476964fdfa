/** Continues a text with a model, one token at a time. */
import type { SamplingOptions } from "../../src/index.ts";
import { Signal } from "../signal.ts";
import type { TextCalls, Token } from "./protocol.ts";
import type { TextClient } from "./text-client.ts";

/** Tokens generated per press. */
const TOKENS = 60;

/** Why the generation has ended: its length, `stop`, a full context window, or the end of the text. */
export type WritingEnd = "length" | "stopped" | "window" | "end-of-text";

export class TextWriter {
  /** A text has been started from the prompt. */
  readonly started = new Signal();
  /** The generation has started or ended. */
  readonly stateChanged = new Signal();
  readonly appended = new Signal<Token>();
  #tokens: Token[] = [];
  #promptLength = 0;
  /** "stopping": until the current token is there. */
  #phase: "idle" | "writing" | "stopping" = "idle";

  get tokens(): readonly Token[] {
    return this.#tokens;
  }

  /** Number of tokens of the prompt. */
  get promptLength(): number {
    return this.#promptLength;
  }

  get isWriting(): boolean {
    return this.#phase !== "idle";
  }

  /** Clears the text, so that the next generation starts from the prompt. */
  clear(): void {
    this.#tokens = [];
    this.stop();
  }

  /** Ends the generation after the current token. */
  stop(): void {
    if (this.#phase === "writing") this.#phase = "stopping";
  }

  /** Replaces a token and removes what follows. */
  replace(index: number, token: Token): void {
    this.#tokens = [...this.#tokens.slice(0, index), token];
    this.#promptLength = Math.min(this.#promptLength, index);
  }

  /** Continues the text, or the prompt if there is no text. @throws the errors of the model. */
  async write(
    client: Pick<TextClient, "facts" | "ask">,
    prompt: TextCalls["encode"]["request"],
    options: SamplingOptions,
  ): Promise<WritingEnd> {
    if (this.#tokens.length === 0) {
      this.#tokens = [...(await client.ask("encode", prompt))];
      this.#promptLength = this.#tokens.length;
      this.started.emit();
    }
    this.#enter("writing");
    try {
      return await this.#append(client, this.#tokens, options);
    } finally {
      this.#enter("idle");
    }
  }

  async #append(
    client: Pick<TextClient, "facts" | "ask">,
    tokens: Token[],
    options: SamplingOptions,
  ): Promise<WritingEnd> {
    for (let count = 0; count < TOKENS; count += 1) {
      if (this.#phase === "stopping") return "stopped";
      if (tokens.length >= client.facts.window) return "window";
      const ids = tokens.map(({ id }) => id);
      const token = await client.ask("sample", { ids, step: ids.length, options });
      // The text has been cleared.
      if (tokens !== this.#tokens) return "stopped";
      if (!token) return "end-of-text";
      tokens.push(token);
      this.appended.emit(token);
    }
    return "length";
  }

  #enter(phase: "idle" | "writing"): void {
    this.#phase = phase;
    this.stateChanged.emit();
  }
}
