/** The streams of a run of the command line. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Readable, Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";

export interface CommandIo {
  readonly stdin: Readable & Partial<Pick<ReadStream, "isTTY" | "setRawMode">>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Exit code; 0 if not set. */
  exitCode?: number | string | null | undefined;
}

export type OutputStream = Writable & Partial<Pick<WriteStream, "isTTY" | "columns" | "rows">>;

const givenIo = new AsyncLocalStorage<CommandIo>();

/** The streams of the current run: those passed to `withIo`, otherwise those of the process. */
export function commandIo(): CommandIo {
  // `process` itself, not a copy: it creates its streams on first access, and stdin may be closed.
  return givenIo.getStore() ?? process;
}

/** Runs a command in this process with its own streams. */
export function withIo<Result>(io: CommandIo, run: () => Promise<Result>): Promise<Result> {
  return givenIo.run(io, run);
}
