import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

export interface Packed {
  readonly path: string;
  /** Bytes of the tarball, and of what is in it. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Makes the tarball that would be published, from what is built. */
export function packed(): Packed {
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
