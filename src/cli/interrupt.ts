/** Ctrl-C or SIGTERM as an AbortSignal; the second signal ends the process at once. */
let controller: AbortController | undefined;

export function interruptSignal(): AbortSignal {
  if (!controller) {
    const created = new AbortController();
    controller = created;
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => created.abort(new InterruptError(name)));
    }
  }
  return controller.signal;
}

/** Thrown when a signal stopped the command. */
export class InterruptError extends Error {
  override readonly name = "InterruptError";

  constructor(signal: string) {
    super(`stopped by ${signal}`);
  }
}
