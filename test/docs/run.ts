import { spawn } from "node:child_process";

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  /** What a terminal would show: stdout and stderr as they came. */
  readonly shown: string;
}

/** Runs a program to its end, with nothing on its stdin. */
export function run(
  program: string,
  parameters: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<RunResult> {
  const child = spawn(program, parameters, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let shown = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    shown += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => (shown += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, shown }));
  });
}
