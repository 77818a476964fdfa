/** Ostinato with ids as input. */
import { generateIds, Sampler } from "../../dist/src/engine/index.js";
import { cpuMs } from "../tools.mjs";
import { checkpointFolder, loadDecoder } from "../../dist/src/platform/node/index.js";

/**
 * @param backend "node" or "wasm".
 * @param precision "fp32" or "int8".
 */
export async function loadOstinato(folder, backend, precision, threads) {
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
