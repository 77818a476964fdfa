import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { EARLY, earlyScript } from "./build/early-script.ts";
import { offline } from "./build/offline.ts";
import { shippedFiles } from "./build/shipped-files.ts";

const root = fileURLToPath(new URL("./", import.meta.url));

/** Headers for cross-origin isolation, which WebAssembly threads need. Without them one thread is used. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** No inline scripts, no foreign origins. WebAssembly may be compiled, and Tone.js uses a blob worker as clock. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  // Text models may be loaded from the hub, whose files are on other hosts.
  "connect-src 'self' https://huggingface.co https://*.hf.co",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export default defineConfig({
  root,
  // All URLs are relative, so that the built folder can be served from any path.
  base: "./",
  plugins: [shippedFiles(), contentSecurityPolicy(), earlyScript(), offline()],
  worker: {
    format: "es",
    rolldownOptions: { output: { comments: { annotation: false } } },
  },
  server: { headers: ISOLATION },
  preview: { headers: ISOLATION },
  resolve: {
    alias: [
      { find: "standardized-audio-context", replacement: fileOf("sound/native-audio.ts") },
      {
        find: /^.*\/(IntervalTimeline|TransportRepeatEvent)\.js$/,
        replacement: fileOf("sound/no-repeats.ts"),
      },
      {
        find: /^\.\/(anticipation|note-seq)-reader\.ts$/,
        replacement: fileOf("input/no-compatibility.ts"),
      },
      { find: /^.*\/speculate\.ts$/, replacement: fileOf("no-drafts.ts") },
      { find: /^.*\/exact-run\.ts$/, replacement: fileOf("no-exact-runs.ts") },
      { find: /^.*\/exact-attention\.ts$/, replacement: fileOf("no-exact-attention.ts") },
      { find: /^.*\/native-values\.ts$/, replacement: fileOf("no-native-values.ts") },
      { find: /^.*\/quantize-int4\.ts$/, replacement: fileOf("no-int4.ts") },
      { find: /^.*\/score-text\.ts$/, replacement: fileOf("no-scores.ts") },
      { find: /^.*\/stop-strings\.ts$/, replacement: fileOf("no-stop-strings.ts") },
      // The default build contains the module that load-music.ts and text-client.ts name as a file, as the threads need it.
      {
        find: "onnxruntime-web/wasm",
        replacement: fileOf("../node_modules/onnxruntime-web/dist/ort.wasm.min.mjs"),
      },
    ],
  },
  build: {
    target: "es2023",
    // Every browser with ES2023 preloads modules.
    modulePreload: { polyfill: false },
    // Models and wasm stay files: a data URL would be a third larger and is not cached.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    rolldownOptions: {
      // Tone.js 15.5 does not declare which of its modules only define classes. Those of these folders do, so that a class
      // that nothing uses is removed. `core` registers itself, and `signal` has to be evaluated before `core`; its loop for
      // drawing and its listener in space are not used.
      treeshake: {
        moduleSideEffects: (id) =>
          !/\/tone\/build\/esm\/((component|effect|event|instrument|source)\/|core\/(util\/Draw|context\/Listener)\.js)/.test(
            id,
          ),
      },
      input: {
        index: `${root}index.html`,
        [EARLY]: `${root}early.ts`,
        "service-worker": `${root}service-worker.ts`,
      },
      output: {
        // Licenses stay; hints for bundlers have no further use.
        comments: { annotation: false },
        // Its URL must not change between versions.
        entryFileNames: ({ name }) =>
          name === "service-worker" ? "service-worker.js" : "assets/[name]-[hash].js",
      },
    },
  },
  optimizeDeps: { exclude: ["onnxruntime-web"] },
});

function fileOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Only in the built page: the development server injects inline styles and scripts. */
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
