/** The command line in the test's own process, from the sources. */
import { PassThrough, type Readable, Writable } from "node:stream";
import { InterruptError } from "../../src/cli/interrupt.ts";
import { type CommandIo, withIo } from "../../src/cli/io.ts";
import { runCommandLine } from "../../src/cli/run.ts";
import { runState } from "./run-state.ts";

export interface CliResult {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface RunCliOptions {
  /** Content of stdin. Default: empty. */
  readonly stdin?: Uint8Array | undefined;
  readonly cwd?: string;
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface RunInProcessOptions extends Omit<RunCliOptions, "stdin"> {
  /** Content of stdin, or what is read in its place. Default: empty. */
  readonly stdin?: Uint8Array | Readable | undefined;
  /** The folder that holds the models and sounds which ship. Default: this checkout. */
  readonly packageRoot?: string | undefined;
  /**
   * Called at the first word that the command says once it listens for signals, in the middle of its work; may send it
   * one. Progress is told at every step then, whatever time it took.
   */
  readonly onHeld?: (interrupt: Interrupt) => void;
  /** Called with everything on stderr so far. */
  readonly onStderr?: (text: string) => void;
}

export interface InProcessResult extends CliResult {
  /** What a terminal would show: stdout and stderr as they came. */
  readonly shown: string;
}

export type Interrupt = (signal: "SIGINT" | "SIGTERM") => void;

let last: Promise<unknown> = Promise.resolve();

/** Runs `ostinato` with these parameters. A run waits for the one before: they share the folder and the environment. */
export function runCli(
  parameters: readonly string[],
  options: RunInProcessOptions = {},
): Promise<InProcessResult> {
  const result = last.then(() => run(parameters, options));
  last = result.catch(() => undefined);
  return result;
}

async function run(parameters: readonly string[], options: RunInProcessOptions): Promise<InProcessResult> {
  const { stdin, cwd, env = {}, packageRoot, onHeld, onStderr } = options;
  Object.assign(runState, { packageRoot, interruption: new AbortController(), listens: false });
  let isHeld = onHeld === undefined;
  const hold = (): void => {
    if (isHeld || !runState.listens) return;
    isHeld = true;
    onHeld?.(interrupt);
  };
  const said: Buffer[] = [];
  const out = new Sink((word) => {
    said.push(word);
    hold();
  });
  const err = new Sink((word) => {
    said.push(word);
    hold();
    onStderr?.(err.bytes().toString());
  });
  const io: CommandIo = { stdin: isStream(stdin) ? stdin : streamOf(stdin), stdout: out, stderr: err };
  const restore = [enter(cwd, env), onHeld ? hurryClock() : () => undefined];
  try {
    await withIo(io, () => runCommandLine(parameters));
  } finally {
    for (const undo of restore) undo();
  }
  const stdoutBytes = out.bytes();
  const code = Number(io.exitCode ?? 0);
  return {
    code,
    stdout: stdoutBytes.toString(),
    stdoutBytes,
    stderr: err.bytes().toString(),
    shown: Buffer.concat(said).toString(),
  };
}

/** What the signal handlers of a process do, and when: not in the middle of other code. */
export const interrupt: Interrupt = (signal) => {
  const { interruption } = runState;
  setImmediate(() => interruption.abort(new InterruptError(signal)));
};

function isStream(stdin: Uint8Array | Readable | undefined): stdin is Readable {
  return stdin !== undefined && !(stdin instanceof Uint8Array);
}

function streamOf(bytes: Uint8Array | undefined): Readable {
  const stream = new PassThrough();
  stream.end(bytes);
  return stream;
}

/** Advances the clock by a minute at each call. @returns a function that restores it. */
function hurryClock(): () => void {
  const now = Date.now;
  let minutes = 0;
  Date.now = () => now() + 60_000 * (minutes += 1);
  return () => {
    Date.now = now;
  };
}

/** Changes the working folder and the environment. @returns a function that restores them. */
export function enter(cwd: string | undefined, env: Readonly<Record<string, string>>): () => void {
  const folder = process.cwd();
  const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
  if (cwd !== undefined) process.chdir(cwd);
  Object.assign(process.env, env);
  return () => {
    if (cwd !== undefined) process.chdir(folder);
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** Collects its output. */
class Sink extends Writable {
  readonly #chunks: Buffer[] = [];
  readonly #onWord: (word: Buffer) => void;

  /** @param onWord called after each word. */
  constructor(onWord: (word: Buffer) => void) {
    super();
    this.#onWord = onWord;
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    this.#onWord(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
