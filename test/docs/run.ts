import { spawn } from "node:child_process";

export interface RunResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** What a terminal would show: stdout and stderr as they came. */
  readonly shown: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Default: nothing. */
  readonly stdin?: Uint8Array;
}

/** Runs a program to its end. */
export function run(
  program: string,
  parameters: readonly string[],
  { cwd, env, stdin }: RunOptions,
): Promise<RunResult & { readonly stderr: string }> {
  const child = spawn(program, parameters, { cwd, env: { ...process.env, ...env }, stdio: "pipe" });
  const chunks: Buffer[] = [];
  let [stderr, shown] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    shown += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    shown += chunk.toString();
  });
  child.stdin.on("error", () => undefined); // of one that does not read
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout: Buffer.concat(chunks), stderr, shown }));
  });
}
