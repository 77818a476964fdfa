/** Blocks that show a whole source file of the repository: checked as if they were there. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CodeBlock } from "./blocks.ts";
import { run } from "./run.ts";
import { ROOT } from "./scratch.ts";

/** The path that the first line of a TypeScript block names: `// src/cli/count.ts`. */
export function sourcePath({ language, text }: Pick<CodeBlock, "language" | "text">): string | undefined {
  return language === "ts" ? /^\/\/ ((?:\w[\w.-]*\/)+[\w.-]+\.ts)\n/.exec(text)?.[1] : undefined;
}

/** Checks the types of the sources among the blocks. @returns what the compiler has to say; nothing if all is well. */
export async function checkSources(folder: string, blocks: readonly CodeBlock[]): Promise<string> {
  const home = join(folder, "sources");
  mkdirSync(home);
  symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
  writeFileSync(join(home, "package.json"), JSON.stringify({ type: "module" }));
  const paths: string[] = [];
  for (const block of blocks) {
    const path = sourcePath(block);
    if (path === undefined) continue;
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), `${block.text}\n`);
    paths.push(path);
  }
  // The two folders are one for relative imports.
  const compilerOptions = { rootDirs: [".", ROOT] };
  const config = { extends: join(ROOT, "tsconfig.json"), compilerOptions, files: paths, include: [] };
  writeFileSync(join(home, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  const { code, shown } = await run(process.execPath, [tsc, "-p", "."], { cwd: home, env: {} });
  return code === 0 ? "" : shown || `tsc ended with ${code}`;
}
