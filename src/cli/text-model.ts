import { loadTextModel } from "../platform/node/index.ts";
import type { TextModel } from "../text/index.ts";
import type { Console } from "./console.ts";
import { loadingOptions, type ModelCommandOptions } from "./model-options.ts";

/** The included text model. */
export const TOY = "shakespeare";

export interface TextModelOptions extends ModelCommandOptions {
  readonly model: string;
}

/** Loads a text model, reports its notices, and disposes it at the end. */
export async function withTextModel(
  options: TextModelOptions,
  console: Console,
  use: (model: TextModel) => Promise<void>,
): Promise<void> {
  const model = await loadTextModel(options.model, loadingOptions(options, console));
  if (options.model === TOY) {
    console.say(
      `${TOY} is a toy of two million parameters; for GPT-2 itself: --model gpt2 (0.5 GB, downloaded once)`,
    );
  }
  try {
    await use(model);
  } finally {
    await model.dispose();
  }
}
