import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Packed {
  readonly path: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

declare module "vitest" {
  export interface ProvidedContext {
    packed: Packed;
  }
}

/** Makes the tarball that would be published, from what is built, once for a whole run of the tests. */
export function setup(project: TestProject): () => void {
  const tarball = pack();
  project.provide("packed", tarball);
  return () => rmSync(dirname(tarball.path), { recursive: true, force: true });
}

function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-pack-"));
  const parameters = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const out = execFileSync("npm", parameters, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  // A list in some versions of npm, an object by package in others.
  const [facts]: (Omit<Packed, "path"> & { readonly filename: string })[] = Object.values(JSON.parse(out));
  if (!facts) throw new Error("npm packed nothing");
  return { ...facts, path: join(folder, facts.filename) };
}
