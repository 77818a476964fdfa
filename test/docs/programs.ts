/** The TypeScript of the documentation as programs: checked against what the package exports, then run. */
import { Console } from "node:console";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { vi } from "vitest";
import { enter } from "../cli/run-cli.ts";
import type { CodeBlock } from "./blocks.ts";
import { run, type RunOptions, type RunResult } from "./run.ts";
import { ROOT } from "./scratch.ts";
import { sourcePath } from "./sources.ts";

/** Blocks that make one program, and its name. */
export interface DocProgram {
  readonly name: string;
  readonly blocks: readonly CodeBlock[];
}

/** Stands in the output where one block ends and the next begins. */
const SEAM = "\u0000";
const SEAM_CODE = 'process.stdout.write("\\u0000");';

export function docPrograms(document: string, blocks: readonly CodeBlock[]): DocProgram[] {
  const programs: CodeBlock[][] = [];
  for (const block of blocks.filter((one) => one.language === "ts" && sourcePath(one) === undefined)) {
    if (block.goesOn) programs.at(-1)?.push(block);
    else programs.push([block]);
  }
  return programs.map((parts) => {
    return { name: `${document.replace(/\W/g, "-")}-${parts[0]?.line ?? 0}`, blocks: parts };
  });
}

/** Writes them into `folder`, with JavaScript beside them. @returns what the compiler has to say; nothing if all is well. */
export async function compilePrograms(folder: string, programs: readonly DocProgram[]): Promise<string> {
  const source = join(folder, "programs");
  mkdirSync(source);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  for (const { name, blocks } of programs) {
    const parts = blocks.map(({ text }) => text).join(`\n${SEAM_CODE}\n`);
    writeFileSync(join(source, `${name}.ts`), `${parts}\nexport {};\n`);
  }
  const config = {
    compilerOptions: {
      target: "es2023",
      lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable"],
      module: "nodenext",
      types: ["node", "vite/client"],
      strict: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: true,
      rootDir: "programs",
      outDir: "compiled",
    },
    include: ["programs"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { code, shown } = await run(process.execPath, [tsc, "-p", "."], { cwd: folder, env: {} });
  return code === 0 ? "" : shown || `tsc ended with ${code}`;
}

/** Runs a compiled program in this process, with the package it imports as it was built. */
export async function runProgram(
  path: string,
  { cwd, env }: Pick<RunOptions, "cwd" | "env">,
): Promise<RunResult> {
  const chunks: Buffer[] = [];
  let shown = "";
  const take = (stream: "stdout" | "stderr") => (chunk: string | Uint8Array) => {
    if (stream === "stdout") chunks.push(Buffer.from(chunk));
    shown += Buffer.from(chunk).toString();
    return true;
  };
  const leave = enter(cwd, env);
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation(take(name)),
  );
  // The test's own writes elsewhere.
  vi.stubGlobal("console", new Console(process.stdout, process.stderr));
  let code = 0;
  try {
    await import(pathToFileURL(path).href);
  } catch (error) {
    code = 1;
    shown += error instanceof Error ? error.stack : String(error);
  } finally {
    vi.unstubAllGlobals();
    for (const spy of spies) spy.mockRestore();
    leave();
  }
  return { code, stdout: Buffer.concat(chunks), shown };
}

/** @returns what each block of the program's output printed. */
export function outputsOf(stdout: string): string[] {
  return stdout.split(SEAM);
}
