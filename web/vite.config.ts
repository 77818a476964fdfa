import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const root = fileURLToPath(new URL("./", import.meta.url));
const models = new URL("../models/", import.meta.url);

/** Checkpoints that the page offers. */
const SHIPPED = ["piano"];

/** With these a page is cross-origin isolated, and WebAssembly may use threads. Without them it runs on one. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** No inline script, nothing from elsewhere; WebAssembly may be compiled, and Tone.js keeps time in a blob worker. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig({
  root,
  // Every address is relative, so that the built folder can be served from anywhere.
  base: "./",
  plugins: [shippedModels(), contentSecurityPolicy()],
  worker: { format: "es" },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
  build: {
    target: "es2023",
    // Models and wasm stay files: a data: address would be a third larger and is not cached.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
});

/** Serves the checkpoints of `models/` at `models/`, and copies them into the built folder. */
function shippedModels(): Plugin {
  let outDir: string | undefined;
  return {
    name: "ostinato-models",
    configResolved: (config) => {
      if (config.command === "build")
        outDir = fileURLToPath(new URL(`${config.build.outDir}/`, new URL(`file://${config.root}/`)));
    },
    configureServer: (server) => {
      server.middlewares.use("/models/", (request, response, next) => {
        const path = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").replace(/^\//, "");
        const isShipped = SHIPPED.some(
          (name) => /^[\w.-]+$/.test(path.slice(name.length + 1)) && path.startsWith(`${name}/`),
        );
        if (!isShipped) return next();
        readFile(new URL(path, models)).then(
          (bytes) => response.setHeader("Content-Length", bytes.length).end(bytes),
          () => response.writeHead(404).end(),
        );
      });
    },
    closeBundle: {
      sequential: true,
      handler: async function () {
        if (outDir === undefined) return;
        for (const name of SHIPPED) {
          const folder = new URL(`${name}/`, models);
          if (!existsSync(new URL("config.json", folder))) {
            this.warn(`there is no models/${name}/config.json; the page will not find its model`);
            continue;
          }
          await cp(folder, `${outDir}models/${name}/`, {
            recursive: true,
            // Not the pictures of the model card.
            filter: (path) => !path.endsWith(".png"),
          });
        }
      },
    },
  };
}

/** In the built page only: the development server injects styles and scripts of its own. */
function contentSecurityPolicy(): Plugin {
  return {
    name: "ostinato-csp",
    apply: "build",
    transformIndexHtml: () => [
      {
        tag: "meta",
        attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
        injectTo: "head-prepend",
      },
    ],
  };
}
