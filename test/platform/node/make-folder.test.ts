import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { makeFolder } from "../../../src/platform/node/make-folder.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-make-folder-"));
});

it("creates missing folders, and removes only these", async () => {
  mkdirSync(join(folder, "there"));
  const unmake = await makeFolder(join(folder, "there/a/b"));
  expect(existsSync(join(folder, "there/a/b"))).toBe(true);
  await unmake();
  expect(existsSync(join(folder, "there/a"))).toBe(false);
  expect(existsSync(join(folder, "there"))).toBe(true);
});

it("keeps non-empty and existing folders", async () => {
  const unmake = await makeFolder(join(folder, "a/b"));
  writeFileSync(join(folder, "a/file"), "");
  await unmake();
  expect(existsSync(join(folder, "a/b"))).toBe(false);
  expect(existsSync(join(folder, "a/file"))).toBe(true);
  await (
    await makeFolder(folder)
  )();
  expect(existsSync(folder)).toBe(true);
});

it("throws the system's error when a path component is a file", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeFolder(join(folder, "file"))).rejects.toMatchObject({ code: "EEXIST" });
  await expect(makeFolder(join(folder, "file/b"))).rejects.toMatchObject({ code: "ENOTDIR" });
});
