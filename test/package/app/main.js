// What a user's app would do with the installed package, bundled by Vite: a model in a worker, music from it.
import mjs from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { writeMidi } from "ostinato";
import { WorkerMusicModel } from "ostinato/browser";

const output = document.querySelector("output");
try {
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  const paths = { mjs: new URL(mjs, location.href), wasm: new URL(wasm, location.href) };
  const piano = await WorkerMusicModel.load("models/piano/", { worker, wasm: { paths, threads: 1 } });
  const { score, notes } = await piano.generate({ seconds: 2, temperature: 0, seed: 7 });
  output.value = `${notes} notes, ${writeMidi(score).length} bytes`;
  await piano.dispose();
} catch (error) {
  output.value = `failed: ${error}`;
}
