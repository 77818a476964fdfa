import { pluralize } from "../../encoding/pluralize.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { readText } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { type TextModelOptions, withTextModel } from "./text-model.ts";

export interface TextScoreOptions extends TextModelOptions {
  readonly stride?: number;
  readonly specialTokens?: boolean;
  readonly json?: boolean;
}

/** `ostinato text --score`: bits per byte and perplexity of a text. */
export async function runTextScore(path: string, options: TextScoreOptions, console: Console): Promise<void> {
  const text = await readText(path);
  await withTextModel(options, console, async (model) => {
    const { window: most } = model.decoder.config;
    if (options.stride !== undefined && options.stride >= most) {
      throw new UsageError(
        `--stride must be from 1 to ${most - 1} for this model, got ${options.stride}`,
        "use a smaller stride",
      );
    }
    const result = await model.score(text, {
      stride: options.stride,
      specialTokens: options.specialTokens ?? false,
      signal: interruptSignal(),
      onProgress: (scored, ids) => console.progress(() => `${scored} of ${ids} tokens`),
    });
    if (options.json) {
      console.result({ file: path, model: options.model, ...result });
      return;
    }
    const { bitsPerByte, perplexity, ids, bytes, window, stride } = result;
    console.line(
      `${bitsPerByte.toFixed(4)} bits per byte, perplexity ${perplexity.toFixed(3)}, ${pluralize(ids, "token")}, ${pluralize(bytes, "byte")}  ${path}`,
    );
    console.say(`windows of ${window} tokens, ${stride} apart; the first token is not scored`);
  });
}
