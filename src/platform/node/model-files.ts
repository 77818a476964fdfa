import { existsSync } from "node:fs";
import { CheckpointError, type CheckpointFiles, refuseOtherId } from "../../../models/index.ts";
import { checkpointUrl } from "../checkpoint-url.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { refuseRevision } from "../hub-name.ts";
import { hubFolder, hubModelOf, type HubOptions } from "./hub/hub.ts";
import { openShipped, shippedFolder } from "./shipped-models.ts";

/** Options of finding and downloading a model. */
export interface ModelFilesOptions extends Pick<
  HubOptions,
  "offline" | "only" | "onProgress" | "onWarning" | "signal"
> {
  /** Branch, tag or commit of a model of the Hugging Face hub, as in "owner/name@revision". Default "main". */
  readonly revision?: string;
}

/**
 * The files of a model.
 *
 * @param name an included model, the path of a checkpoint folder, the URL of one (http or https), or a model of the
 * Hugging Face hub, which is downloaded into Hugging Face's cache: "openai-community/gpt2", "gpt2" for short, or the URL
 * of its page; with a revision "openai-community/gpt2@main".
 * @throws CheckpointError when the model does not exist or cannot be downloaded; on opening a file of an included model,
 * when its SHA-256 differs from the published one; OptionError for a revision that cannot exist, or of a model that has none.
 */
export async function modelFiles(name: string, options: ModelFilesOptions = {}): Promise<CheckpointFiles> {
  const { revision } = options;
  const hubModel = existsSync(name) ? undefined : hubModelOf(name, revision);
  if (hubModel) {
    refuseOtherId(hubModel.id);
    return checkpointFolder(await hubFolder(hubModel, options));
  }
  if (/^https?:\/\//.test(name)) {
    if (revision !== undefined) refuseRevision(name);
    if (options.offline) {
      const hint = "omit --offline, or name a folder";
      throw new CheckpointError(`${name} is not a local folder, and downloads are disabled`, {
        code: "missing-file",
        hint,
      });
    }
    return checkpointUrl(name, options);
  }
  const shipped = shippedFolder(name);
  if (shipped === undefined) return checkpointFolder(name, revision);
  if (revision !== undefined) refuseRevision(name);
  return openShipped(shipped);
}
