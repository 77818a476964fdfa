/** Ostinato with ids as input. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cpuMs } from "../tools.mjs";

/**
 * @param backend "node" or "wasm".
 * @param precision "fp32" or "int8".
 * @param root of the package to measure, built. Default: this repository.
 */
export async function loadOstinato(
  folder,
  backend,
  precision,
  threads,
  root = resolve(import.meta.dirname, "../.."),
) {
  const { generateIds, Sampler } = await entryOf(root, "./engine");
  const { checkpointFolder, loadDecoder } = await entryOf(root, "./node");
  const decoder = await loadDecoder(await checkpointFolder(folder), { backend, threads, precision });
  return {
    times: async (prompt, count) => {
      const times = [];
      const cpu = [];
      const start = performance.now();
      for await (const _ of generateIds(decoder, { prompt, sampler: new Sampler({ temperature: 0 }) })) {
        cpu.push(cpuMs());
        if (times.push(performance.now() - start) === count) return { times, cpu };
      }
    },
  };
}

/** A published entry of a package, since files have other paths at other commits. */
function entryOf(root, entry) {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return import(pathToFileURL(join(root, exports[entry].default)).href);
}
