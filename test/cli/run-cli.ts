/** The command line in the test's own process, from the sources. */
import { PassThrough, Writable } from "node:stream";
import { type CommandIo, withIo } from "../../src/cli/io.ts";
import { runCommandLine } from "../../src/cli/run.ts";

export interface CliResult {
  /** The exit code; null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface RunCliOptions {
  /** Content of stdin. Default: empty. */
  readonly stdin?: Uint8Array;
  readonly cwd?: string;
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
}

let last: Promise<unknown> = Promise.resolve();

/** Runs `ostinato` with these parameters. A run waits for the one before: they share the folder and the environment. */
export function runCli(parameters: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const result = last.then(() => run(parameters, options));
  last = result.catch(() => undefined);
  return result;
}

async function run(parameters: readonly string[], options: RunCliOptions): Promise<CliResult> {
  const { stdin, cwd, env = {} } = options;
  const input = new PassThrough();
  input.end(stdin);
  const [out, err] = [new Sink(), new Sink()];
  const io: CommandIo = { stdin: input, stdout: out, stderr: err };
  const restore = enter(cwd, env);
  try {
    await withIo(io, () => runCommandLine(parameters));
  } finally {
    restore();
  }
  const stdoutBytes = out.bytes();
  const code = Number(io.exitCode ?? 0);
  return { code, stdout: stdoutBytes.toString(), stdoutBytes, stderr: err.bytes().toString() };
}

/** Changes the working folder and the environment. @returns a function that restores them. */
function enter(cwd: string | undefined, env: Readonly<Record<string, string>>): () => void {
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

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}
