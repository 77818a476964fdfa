import { spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import type { CliResult, RunCliOptions } from "./run-cli.ts";

export const MAIN = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

const HOLD = new URL("./hold.mjs", import.meta.url).href;

export interface SpawnCliOptions extends RunCliOptions {
  /** Start without a stdin, as some schedulers do. Node then opens an empty file in its place. */
  readonly withoutStdin?: boolean;
  /** Called when the process has started; may send it a signal. */
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Called with everything on stderr so far. */
  readonly onStderr?: (text: string) => void;
  /**
   * Called at the first word that the process says, on stdout or stderr, once it listens for signals: it has begun its
   * work, and does not go on before this has returned. Progress is told at every step then, whatever time it took.
   */
  readonly onHeld?: (kill: (signal: NodeJS.Signals) => void) => void;
}

/**
 * Runs the built `ostinato` command as a process, as a user's shell would: for signals of the system, terminals, and
 * what several processes do to each other. All else is quicker with `runCli`.
 */
export function spawnCli(parameters: readonly string[], options: SpawnCliOptions = {}): Promise<CliResult> {
  const { onHeld, onStart, onStderr } = options;
  const hold = onHeld ? ["--import", HOLD] : [];
  const words = [process.execPath, ...hold, MAIN, ...parameters];
  const [program = "", ...rest] = options.withoutStdin ? ["sh", "-c", 'exec "$0" "$@" <&-', ...words] : words;
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe", onHeld ? "pipe" : "ignore"],
  });
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new TypeError("the process has no streams");
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  onStart?.(kill);
  const channel = child.stdio[3];
  if (onHeld && channel instanceof Duplex) {
    channel.on("error", () => undefined); // of one that was killed
    channel.once("data", () => {
      onHeld(kill);
      channel.write(".");
    });
  }
  const out: Buffer[] = [];
  let said = "";
  stdout.on("data", (chunk: Buffer) => out.push(chunk));
  stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    onStderr?.(said);
  });
  stdin.on("error", () => undefined);
  stdin.end(options.stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      const stdoutBytes = Buffer.concat(out);
      resolve({ code, stdout: stdoutBytes.toString(), stdoutBytes, stderr: said });
    });
  });
}
