/** The same seed gives the same band on both backends of Node: WebAssembly samples such models outside its graph. */
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { writeMidi } from "../../../encoding/index.ts";
import { loadBandModel } from "../../../src/platform/node/index.ts";

const TRIO = fileURLToPath(new URL("pop-trio/", import.meta.url));
const SEEDS = [1, 2];

/** The bytes of new pieces, and of one that is filled in. */
async function pieces(backend: "node" | "wasm"): Promise<string[]> {
  const band = await loadBandModel(TRIO, { backend, threads: 1 });
  expect(band.decoder.backend).toBe(backend);
  try {
    const made = [];
    for (const seed of SEEDS) made.push((await band.generate({ seconds: 3, seed, topP: 0.85 })).score);
    const [first] = made;
    const region = { fromSeconds: 1, toSeconds: 2.5, seed: 4, topP: 0.85 };
    return [...made, (await band.infill(first!, region)).score].map((score) =>
      Buffer.from(writeMidi(score)).toString("base64"),
    );
  } finally {
    await band.dispose();
  }
}

it("generates the same bytes natively and in WebAssembly", async () => {
  const native = await pieces("node");
  expect(new Set(native).size).toBe(SEEDS.length + 1);
  expect(await pieces("wasm")).toEqual(native);
});
