/** `--draft-model`: a second model, for the time of one command. */
import { pluralize } from "../../encoding/pluralize.ts";
import { CheckpointError } from "../../models/index.ts";
import { type DraftedIds, DraftModel } from "../engine/index.ts";
import { OptionError } from "../options.ts";
import type { LoadMusicModelOptions } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { loadingOptions, type ModelCommandOptions } from "./model-options.ts";

/**
 * Loads the draft model of the options, if there is one, and disposes it at the end.
 *
 * @param load loads it as the model was loaded. `--revision` is of the model.
 * @throws UsageError when it cannot draft for the model.
 */
export async function withDraftModel(
  model: DraftedIds,
  load: (name: string, options: LoadMusicModelOptions) => Promise<DraftedIds>,
  { draftModel: name, ...options }: ModelCommandOptions,
  console: Console,
  use: (draftModel: DraftModel | undefined) => Promise<void>,
): Promise<void> {
  if (name === undefined) return use(undefined);
  const loading = { ...loadingOptions(options, console), revision: undefined };
  const loaded = await load(name, loading).catch((error: unknown) =>
    // A model of other ids, such as text for music.
    refuse(name, error, "choose a draft model with the vocabulary of the model"),
  );
  try {
    const draftModel = new DraftModel(loaded);
    await draftModel.check(model).catch((error: unknown) => refuse(name, error));
    await use(draftModel);
    const { drafted, accepted } = draftModel.report;
    console.say(`draft model ${name}: ${accepted} of ${pluralize(drafted, "drafted id")} accepted`);
  } finally {
    await loaded.decoder.dispose();
  }
}

/** @throws UsageError that names the option, where the model is not one for it; else the error. */
function refuse(name: string, error: unknown, hint?: string): never {
  if (error instanceof OptionError || (error instanceof CheckpointError && error.code === "unsupported"))
    throw new UsageError(`--draft-model ${name}: ${error.message}`, hint ?? error.hint);
  throw error;
}
