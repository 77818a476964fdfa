/** The included models, in the folder `models` of the package. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError, type CheckpointFile, type CheckpointFiles } from "../../../models/index.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { readChecksums, sha256Of } from "./checksums.ts";
import { packageRoot } from "./package-root.ts";

/** The folder of an included model; undefined for another name. */
export function shippedFolder(name: string): string | undefined {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const shipped = join(packageRoot(), "models", name);
  return existsSync(join(shipped, "config.json")) ? shipped : undefined;
}

/** The names of the included models. */
export function shippedNames(): string[] {
  const names = readdirSync(join(packageRoot(), "models"));
  return names.filter((name) => shippedFolder(name) !== undefined).sort();
}

/**
 * The files of an included model. Each is read and its SHA-256 verified when it is opened.
 *
 * @throws CheckpointError with the code "bad-checksum" when there are no checksums; on opening, when the checksum
 * differs.
 */
export async function openShipped(folder: string): Promise<CheckpointFiles> {
  const files = await checkpointFolder(folder);
  let sums: ReadonlyMap<string, string>;
  try {
    sums = await readChecksums(folder);
  } catch (cause) {
    throw unlike(cause instanceof Error ? cause.message : String(cause), cause);
  }
  return {
    open: async (name) => {
      const file = await files.open(name);
      try {
        await compare(file, join(folder, name), sums.get(name));
      } catch (error) {
        await file.close();
        throw error;
      }
      return file;
    },
  };
}

async function compare(file: CheckpointFile, path: string, published: string | undefined): Promise<void> {
  const found = await sha256Of(file);
  if (found === published) return;
  const listed = published === undefined ? "SHA256SUMS does not list it" : `SHA256SUMS has ${published}`;
  throw unlike(`${path} is not as it was published: its SHA-256 is ${found}, ${listed}`);
}

function unlike(found: string, cause?: unknown): CheckpointError {
  return new CheckpointError(found, {
    code: "bad-checksum",
    hint: "install ostinato again (in a checkout, after a change of the weights: npm run checksums)",
    cause,
  });
}
