/** Checks that local models and sounds have their published contents. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { bytesText } from "../bytes-text.ts";
import {
  checkpointFolder,
  type ListedModel,
  listModels,
  packageRoot,
  readChecksums,
  sha256Of,
  shippedFolder,
  shippedNames,
} from "../../platform/node/index.ts";
import { type Check, reasonOf } from "./check.ts";

const area = "models";
const REINSTALL = "install ostinato again";

/** @param onProgress called with the name of each model before it is read. */
export async function modelChecks(onProgress: (name: string) => void): Promise<Check[]> {
  const checks: Check[] = [];
  for (const name of shippedNames()) {
    onProgress(name);
    checks.push(await shippedCheck(name, shippedFolder(name) ?? ""));
  }
  checks.push(await shippedCheck("sounds", join(packageRoot(), "sounds")));
  for (const model of await listModels()) {
    if (model.source !== "hub") continue;
    onProgress(model.name);
    checks.push(await hubCheck(model));
  }
  return checks;
}

/** Checks a shipped folder against its SHA256SUMS. */
async function shippedCheck(name: string, folder: string): Promise<Check> {
  try {
    const files = await checkpointFolder(folder);
    const sums = await readChecksums(folder);
    for (const [file, published] of sums) {
      const opened = await files.open(file);
      const found = await sha256Of(opened).finally(() => opened.close());
      if (found !== published) {
        const what = `${join(folder, file)} is not as it was published: its SHA-256 is ${found}`;
        return { area, name, state: "fault", found: what, hint: REINSTALL };
      }
    }
    return {
      area,
      name,
      state: "good",
      found: `${[...sums.keys()].join(", ")}: SHA-256 as published; in ${folder}`,
    };
  } catch (error) {
    return { area, name, state: "fault", found: reasonOf(error), hint: REINSTALL };
  }
}

/** Checks a hub model against its cache, which names each content by its hash. */
async function hubCheck({ name, folder, bytes, problem }: ListedModel): Promise<Check> {
  if (problem?.code === "missing-file") {
    const hint = `run a command with --model ${name} to download the rest, or delete the folder`;
    return { area, name, state: "note", found: `${problem.message}: download incomplete`, hint };
  }
  const again = `delete ${folder}, and run a command with --model ${name} to download it again`;
  if (problem) return { area, name, state: "fault", found: problem.message, hint: again };
  for (const file of await readdir(folder)) {
    const path = await realpath(join(folder, file));
    const expected = basename(path);
    if (!/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(expected)) continue;
    const found = await hubHash(path, expected.length === 64);
    if (found !== expected) {
      const what = `${path} (${file}) is damaged: its hash is ${found}`;
      return {
        area,
        name,
        state: "fault",
        found: what,
        hint: `delete it, and run a command with --model ${name}`,
      };
    }
  }
  return { area, name, state: "good", found: `${bytesText(bytes)}, hashes match the hub; in ${folder}` };
}

/** SHA-256 of large files; for others Git's hash, the SHA-1 of "blob", the size and the content. */
async function hubHash(path: string, isLarge: boolean): Promise<string> {
  const hash = createHash(isLarge ? "sha256" : "sha1");
  if (!isLarge) hash.update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
