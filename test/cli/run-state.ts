/** What a command that runs in the test's process has in place of what belongs to a process: see `in-process.ts`. */
export const runState = {
  /** The folder of package.json, the models and the sounds; undefined for this checkout. */
  packageRoot: undefined as string | undefined,
  /** What signals abort. */
  interruption: new AbortController(),
  /** Whether the command has begun to listen for signals. */
  listens: false,
};
