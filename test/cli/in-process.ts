/**
 * For tests that run commands in their own process. What a process has only once is replaced by what each run has anew:
 * the signals, the package's folder and the threads of WebAssembly. Worker threads come from `dist/`, which was built for this run: Node 20 cannot
 * load TypeScript in a thread.
 */
import { vi } from "vitest";

vi.mock("../../src/cli/interrupt.ts", async (original) => {
  const { runState } = await import("./run-state.ts");
  const interruptSignal = (): AbortSignal => {
    runState.listens = true;
    return runState.interruption.signal;
  };
  return { ...(await original<typeof import("../../src/cli/interrupt.ts")>()), interruptSignal };
});

vi.mock("../../src/platform/node/package-root.ts", async (original) => {
  const { runState } = await import("./run-state.ts");
  const module = await original<typeof import("../../src/platform/node/package-root.ts")>();
  return { ...module, packageRoot: () => runState.packageRoot ?? module.packageRoot() };
});

// WebAssembly keeps the number of threads of its first model, whichever test loads it.
vi.mock("../../src/platform/node/runtime.ts", async (original) => {
  const module = await original<typeof import("../../src/platform/node/runtime.ts")>();
  const createNodeRuntime: typeof module.createNodeRuntime = (options) =>
    module.createNodeRuntime({ threads: 1, ...options });
  return { ...module, createNodeRuntime };
});

vi.mock("node:worker_threads", async (original) => {
  const module = await original<typeof import("node:worker_threads")>();
  const sources = new URL("../../", import.meta.url).href;
  class BuiltWorker extends module.Worker {
    constructor(address: URL, options?: import("node:worker_threads").WorkerOptions) {
      const { href } = address;
      const built = `${sources}dist/${href.slice(sources.length).replace(/\.ts$/, ".js")}`;
      super(href.startsWith(`${sources}src/`) ? new URL(built) : address, options);
    }
  }
  return { ...module, Worker: BuiltWorker };
});
