import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const MAIN = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

export interface RunCliOptions {
  readonly stdin?: Uint8Array;
  readonly cwd?: string;
  /** Another copy of the command than the one that was built here. */
  readonly main?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called when the process has been started; may send it a signal whenever it likes. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Called with everything on stderr so far; may send the process a signal. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** The same for the first that comes on stdout. */
  readonly onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built `ostinato` command, as a user's shell would. */
export function runCli(parameters: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [options.main ?? MAIN, ...parameters], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  options.onStart?.((signal) => child.kill(signal));
  const out: Buffer[] = [];
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  child.stdout.once("data", (chunk: Buffer) => {
    options.onStdout?.(chunk.toString(), (signal) => child.kill(signal));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    options.onStderr?.(stderr, (signal) => child.kill(signal));
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const stdoutBytes = Buffer.concat(out);
      resolve({ code, stdout: stdoutBytes.toString(), stdoutBytes, stderr });
    });
  });
}
