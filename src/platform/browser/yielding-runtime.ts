import type { Runtime } from "../../engine/index.ts";

/**
 * A runtime that lets the event loop turn before every run. WebAssembly computes on the thread that calls it, and what
 * awaits a run goes on without the loop having turned: a generation would keep out every message, timer and frame.
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

/** Resolves in a later turn of the event loop; timers would wait four milliseconds. */
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
