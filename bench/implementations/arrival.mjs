/** Ostinato with a model of arrival times: notes of three ids, with slices of the head or with the whole head for each id. */
import { ARRIVAL_55028 } from "../../dist/encoding/index.js";
import { chooseScheme, openCheckpoint } from "../../dist/models/index.js";
import { CachedContext, Decoder, Sampler } from "../../dist/src/engine/index.js";
import { generateArrival } from "../../dist/src/music/arrival/generate-arrival.js";
import { checkpointFolder } from "../../dist/src/platform/node/index.js";
import { weightsInFiles } from "../../dist/src/platform/node/mapped-weights.js";
import { createNodeRuntime } from "../../dist/src/platform/node/runtime.js";
import { cpuMs } from "../tools.mjs";

/** The interval between onsets, in steps. With random weights, the first sampled onset would be outside the window of 100 s. */
const STEPS = 12;
/**
 * Greedy, as the other implementations. With random weights thousands of ids are about equally likely, and top-p would take 2.5 ms per id
 * to sort them.
 */
const SAMPLING = { temperature: 0 };

/** Samples as usual, but returns onsets at equal intervals. */
class EqualIntervalSampler extends Sampler {
  ids = [];

  sample(logits, step, context) {
    const id = super.sample(logits, step, context);
    this.ids.push(id);
    const isOnset = context.slice.first === 0;
    return isOnset ? context.allowed.indexOf(1) + STEPS : id;
  }
}

/** Counts the ids that it reads. */
class CountedContext extends CachedContext {
  #count = 0;

  append(ids, options) {
    this.#count += ids.length;
    return super.append(ids, options);
  }

  resetCount() {
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}

/**
 * @param head "slices" or "whole".
 */
export async function loadArrival(folder, backend, precision, threads, head) {
  const runtime = await createNodeRuntime({ backend, threads });
  const checkpoint = await openCheckpoint(await checkpointFolder(folder));
  const { config } = checkpoint;
  const scheme = chooseScheme(precision, backend, config);
  const source = { config, runtime, ...(head === "whole" ? { headSlices: [] } : {}) };
  const weights = backend === "node" ? await weightsInFiles(checkpoint, scheme) : undefined;
  const decoder = await (weights
    ? Decoder.fromWeights({ ...source, scheme, weights })
    : Decoder.load({ ...source, precision, tensors: checkpoint.tensors() }));
  await checkpoint.close();
  return {
    /**
     * @param prompt ids, of which only the number is used.
     * @param count number of notes.
     * @returns times after each note, the number of ids read for it, and all sampled ids.
     */
    times: async (prompt, count) => {
      const events = Math.floor((prompt.length - 1) / 3);
      const notes = Array.from({ length: events }, (_, i) => ({
        kind: "note",
        onsetStep: STEPS * i,
        durationSteps: 20 + (i % 50),
        instrument: [0, 32, 128][i % 3],
        pitch: 36 + ((7 * i) % 48),
        isControl: false,
      }));
      const sampler = new EqualIntervalSampler(SAMPLING);
      const times = [];
      const cpu = [];
      const read = [];
      const context = new CountedContext(decoder);
      const start = performance.now();
      const vocabulary = ARRIVAL_55028;
      for await (const _ of generateArrival(decoder, { vocabulary, sampler, prompt: notes, context })) {
        read.push(context.resetCount());
        cpu.push(cpuMs());
        if (times.push(performance.now() - start) === count) break;
      }
      return { times, cpu, read, ids: sampler.ids };
    },
  };
}
