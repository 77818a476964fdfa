/** `--draft-model`: a second model, for the time of one command. */
import { pluralize } from "../../encoding/pluralize.ts";
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
  const loaded = await load(name, { ...loadingOptions(options, console), revision: undefined });
  try {
    const draftModel = new DraftModel(loaded);
    await draftModel.check(model).catch((error: unknown) => {
      if (error instanceof OptionError)
        throw new UsageError(`--draft-model ${name}: ${error.message}`, error.hint);
      throw error;
    });
    await use(draftModel);
    const { drafted, accepted } = draftModel.report;
    console.say(`draft model ${name}: ${accepted} of ${pluralize(drafted, "drafted id")} accepted`);
  } finally {
    await loaded.decoder.dispose();
  }
}
