/** The streams that a run of the command line reads and writes. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Readable, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";

export interface CommandIo {
  readonly stdin: Readable & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** What the run ends with; 0 if it is not set. */
  exitCode?: number | string | null | undefined;
}

export type OutputStream = Writable & Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;

const givenIo = new AsyncLocalStorage<CommandIo>();

/** The streams of the run that calls this: those given to `withIo`, otherwise the process's. */
export function commandIo(): CommandIo {
  // `process` makes its streams when they are first asked for; stdin may be closed.
  return givenIo.getStore() ?? process;
}

/** Runs a command in this process with streams of its own. */
export function withIo<Result>(io: CommandIo, run: () => Promise<Result>): Promise<Result> {
  return givenIo.run(io, run);
}
