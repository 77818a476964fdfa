/** Ostinato, given ids. */
import { Decoder, generateIds, Sampler } from "../../dist/src/engine/index.js";
import { readCheckpoint } from "../../dist/models/index.js";
import { checkpointFolder, createNodeRuntime } from "../../dist/src/node/index.js";

/** @param backend "node" or "wasm". */
export async function loadOstinato(folder, backend, threads) {
  const [checkpoint, runtime] = await Promise.all([
    readCheckpoint(await checkpointFolder(folder)),
    createNodeRuntime({ backend, threads }),
  ]);
  const decoder = await Decoder.load({ ...checkpoint, runtime });
  return {
    times: async (prompt, count) => {
      const times = [];
      const start = performance.now();
      for await (const _ of generateIds(decoder, { prompt, sampler: new Sampler({ temperature: 0 }) })) {
        if (times.push(performance.now() - start) === count) return times;
      }
    },
  };
}
