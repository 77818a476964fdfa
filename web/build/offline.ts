/** Writes the list of the page's files and a version for each build into the service worker. */
import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import type { Plugin } from "vite";

const WORKER = "service-worker.js";
/** Files that are large or that only some users need. They are cached when they are first fetched. */
const ON_DEMAND = /^(models|samples)\/|^og\.png$|\.wasm$|asyncify|webgpu|jsep/;

export function offline(): Plugin {
  let outDir = "";
  return {
    name: "ostinato-offline",
    apply: "build",
    config: () => ({ define: { "import.meta.env.OFFLINE": "true" } }),
    configResolved: (config) => {
      outDir = resolve(config.root, config.build.outDir);
    },
    closeBundle: {
      sequential: true,
      order: "post",
      handler: async () => {
        const files = readdirSync(outDir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) =>
            join(entry.parentPath, entry.name)
              .slice(outDir.length + 1)
              .split(sep)
              .join("/"),
          )
          .filter((file) => file !== WORKER)
          .sort();
        const digest = createHash("sha256");
        for (const file of files) digest.update(file).update(await readFile(join(outDir, file)));
        const page = files.filter((file) => !ON_DEMAND.test(file) && file !== "index.html");
        const worker = await readFile(join(outDir, WORKER), "utf8");
        const filled = worker
          .replaceAll("FILES_OF_THE_PAGE", JSON.stringify(page))
          .replaceAll("VERSION_OF_THE_PAGE", JSON.stringify(digest.digest("hex").slice(0, 16)));
        await writeFile(join(outDir, WORKER), filled);
      },
    },
  };
}
