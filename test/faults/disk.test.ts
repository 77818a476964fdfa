/** A full or read-only disk: a clear error, and no files left. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { type Inputs, makeInputs, writingCommands } from "./inputs.ts";

const inputs: Inputs = makeInputs();
const commands = Object.entries(writingCommands(inputs));
const disk = join(inputs.folder, "disk");

/** Mounts a small file system on the folder, which requires root on Linux. */
function mountDisk(): boolean {
  mkdirSync(disk);
  return spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status === 0;
}

const isMounted = mountDisk();
if (!isMounted) process.stderr.write("skipped: a full disk needs the right to mount one\n");

/** Fills the disk. */
function fillDisk(): void {
  const file = openSync(join(disk, "filler"), "w");
  try {
    for (;;) writeSync(file, Buffer.alloc(1024));
  } catch {
    // The disk is full.
  } finally {
    closeSync(file);
  }
}

afterAll(() => {
  if (isMounted) spawnSync("umount", [disk]);
});

describe.skipIf(!isMounted)("on a full disk", () => {
  beforeAll(fillDisk);

  it.each(commands)("%s reports it, and leaves no files", async (_name, parameters) => {
    const { code, stderr } = await runCli(parameters(join(disk, "out")));
    expect(stderr).toMatch(/error: cannot write .*: the disk is full — /);
    expect(code).toBe(1);
    expect(readdirSync(disk)).toEqual(["filler"]);
  });
});

describe.skipIf(!isMounted)("on a read-only disk", () => {
  beforeAll(() => {
    spawnSync("mount", ["-o", "remount,ro", disk]);
  });

  it.each(commands)("%s reports it", async (_name, parameters) => {
    const { code, stderr } = await runCli(parameters(join(disk, "out")));
    expect(stderr).toMatch(/error: .*: the file system is read-only — /);
    expect(code).toBe(1);
  });
});

describe("with a file at the path of the output folder", () => {
  it.each(commands)("%s reports it", async (_name, parameters) => {
    const file = join(inputs.folder, "a-file");
    writeFileSync(file, "");
    const { code, stderr } = await runCli(parameters(join(file, "out")));
    expect(stderr).toMatch(/error: .*: a part of the path is not a folder — /);
    expect(code).toBe(1);
  });
});

it("reports that stdout cannot be written", () => {
  const main = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;
  const run = spawnSync("sh", ["-c", `"${process.execPath}" "${main}" encode "${inputs.midi}" > /dev/full`], {
    encoding: "utf8",
  });
  expect(run.stderr).toMatch(/^error: cannot write to stdout: the disk is full$/m);
  expect(run.status).toBe(1);
});
