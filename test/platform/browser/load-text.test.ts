import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadTextModel } from "../../../src/platform/browser/load-model.ts";
import { loadTextModel as loadInNode } from "../../../src/platform/node/load-model.ts";
import { writeTinyTextCheckpoint } from "../../tiny-text-checkpoint.ts";

it("loads a text model as in pages, with the same output as in Node", async () => {
  const folder = writeTinyTextCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-load-text-")));
  const files = new Map(
    readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  );
  const page = await loadTextModel(files, { wasm: { threads: 1 } });
  const node = await loadInNode(folder, { threads: 1 });
  const options = { temperature: 0, tokens: 15, seed: 1 };
  expect(await page.generate("the", options)).toEqual(await node.generate("the", options));
  await Promise.all([page.dispose(), node.dispose()]);
  rmSync(folder, { recursive: true });
});
