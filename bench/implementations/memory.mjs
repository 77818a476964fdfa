/**
 * Measures the memory bandwidth, the upper bound for reading all weights for every id. Each thread searches its part of
 * the memory for a byte that does not occur (`memchr`, in vector instructions).
 */
import { Worker } from "node:worker_threads";

const SCAN = `
  const { parentPort, workerData } = require("node:worker_threads");
  const part = Buffer.from(workerData.memory, workerData.begin, workerData.bytes);
  parentPort.on("message", () => parentPort.postMessage(part.indexOf(2)));
  parentPort.postMessage("ready");
`;

export async function loadMemory(bytes, threads) {
  const memory = new SharedArrayBuffer(bytes);
  new Uint8Array(memory).fill(1); // pages that were not written would all be mapped to one page of zeros
  const share = Math.floor(bytes / threads);
  const workers = Array.from(
    { length: threads },
    (_, i) => new Worker(SCAN, { eval: true, workerData: { memory, begin: i * share, bytes: share } }),
  );
  const answers = () =>
    Promise.all(workers.map((worker) => new Promise((done) => worker.once("message", done))));
  await answers();
  return {
    /** Sum of the milliseconds of complete reads. */
    times: async (_, count) => {
      const times = [];
      const start = performance.now();
      while (times.length < count) {
        const all = answers();
        for (const worker of workers) worker.postMessage("read");
        await all;
        times.push(performance.now() - start);
      }
      return times;
    },
  };
}
