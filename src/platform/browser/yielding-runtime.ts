import type { Runtime } from "../../engine/index.ts";

/**
 * A runtime that yields to the event loop before every run. WebAssembly computes on the calling thread, and awaiting a
 * run does not yield to the event loop: a generation would block all messages, timers and frames.
 */
export function yieldingRuntime(runtime: Runtime): Runtime {
  return {
    backend: runtime.backend,
    createSession: async (model, weights) => {
      const session = await runtime.createSession(model, weights);
      return {
        run: async (inputs, wanted) => {
          await turn();
          return session.run(inputs, wanted);
        },
        dispose: () => session.dispose(),
      };
    },
  };
}

/** Resolves in a later task of the event loop. `setTimeout` would wait four milliseconds. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener(
      "message",
      () => {
        port1.close();
        resolve();
      },
      { once: true },
    );
    port1.start();
    port2.postMessage(undefined);
  });
}
