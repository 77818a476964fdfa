/**
 * The page, and the small pages of `hub.test.ts` and `webgpu.test.ts`, built from the sources once for a whole run of the
 * tests, and one browser. What was built before is not used.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type InlineConfig } from "vite";
import type { TestProject } from "vitest/node";
import { hasChromium, serveChromium } from "./chromium.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the built page; empty without a browser. */
    pageFolder: string;
    textPageFolder: string;
    webGpuPageFolder: string;
    chromiumAddress: string;
  }
}

const addressOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!hasChromium()) {
    for (const name of ["pageFolder", "textPageFolder", "webGpuPageFolder", "chromiumAddress"] as const)
      project.provide(name, "");
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), "ostinato-pages-"));
  const make = async (name: string, config: InlineConfig): Promise<string> => {
    const outDir = join(folder, name);
    const options = { ...config.build, outDir, reportCompressedSize: false };
    await build({ logLevel: "error", ...config, build: options });
    return outDir;
  };
  const small = (name: string): Promise<string> =>
    make(name, {
      root: addressOf(`${name}/`),
      base: "./",
      configFile: false,
      build: { target: "es2023", assetsInlineLimit: 0, chunkSizeWarningLimit: 1000 },
    });
  project.provide("pageFolder", await make("page", { configFile: addressOf("../../web/vite.config.ts") }));
  project.provide("textPageFolder", await small("text-page"));
  project.provide("webGpuPageFolder", await small("webgpu-page"));
  const chromium = await serveChromium();
  project.provide("chromiumAddress", chromium.wsEndpoint());
  return async () => {
    await chromium.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
