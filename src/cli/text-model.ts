import type { Precision } from "../../models/index.ts";
import { loadTextModel } from "../node/load-model.ts";
import type { TextModel } from "../text.ts";
import type { Console } from "./console.ts";

/** The text model that ships. */
export const TOY = "shakespeare";

export interface TextModelOptions {
  readonly model: string;
  readonly precision: Precision;
  readonly threads?: number;
}

/** Loads a text model, says what there is to say about it, and frees it at the end. */
export async function withTextModel(
  options: TextModelOptions,
  console: Console,
  use: (model: TextModel) => Promise<void>,
): Promise<void> {
  const model = await loadTextModel(options.model, {
    precision: options.precision,
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    onWarning: (message) => console.say(message),
  });
  if (options.model === TOY) {
    console.say(`${TOY} is a toy of two million parameters; for GPT-2 give --model a folder with its files`);
  }
  try {
    await use(model);
  } finally {
    await model.dispose();
  }
}
