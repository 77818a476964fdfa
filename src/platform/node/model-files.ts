import { existsSync } from "node:fs";
import { CheckpointError, type CheckpointFiles } from "../../../models/index.ts";
import { checkpointUrl } from "../checkpoint-url.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { hubFolder, hubId, type HubOptions } from "./hub/hub.ts";
import { openShipped, shippedFolder } from "./shipped-models.ts";

/** Options of downloading a model. */
export type ModelFilesOptions = Pick<HubOptions, "offline" | "only" | "onProgress" | "onWarning" | "signal">;

/**
 * The files of a model.
 *
 * @param name an included model, the path of a checkpoint folder, the URL of one (http or https), or a model of the
 * Hugging Face hub, which is downloaded into Hugging Face's cache: "openai-community/gpt2", "gpt2" for short, or the URL
 * of its page.
 * @throws CheckpointError when the model does not exist or cannot be downloaded; on opening a file of an included model,
 * when its SHA-256 differs from the published one.
 */
export async function modelFiles(name: string, options: ModelFilesOptions = {}): Promise<CheckpointFiles> {
  const id = existsSync(name) ? undefined : hubId(name);
  if (id === undefined && /^https?:\/\//.test(name)) {
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
  if (shipped !== undefined) return openShipped(shipped);
  return checkpointFolder(id === undefined ? name : await hubFolder(id, options));
}
