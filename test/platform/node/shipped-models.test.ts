import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openShipped, shippedFolder, shippedNames } from "../../../src/platform/node/shipped-models.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-shipped-"));
  cpSync(shippedFolder("shakespeare") ?? "", folder, { recursive: true });
});

describe("included models", () => {
  it.each(shippedNames())("%s matches SHA256SUMS", async (model) => {
    const files = await openShipped(shippedFolder(model) ?? "");
    for (const name of ["config.json", "model.safetensors"]) {
      const file = await files.open(name);
      expect(file.bytes).toBeGreaterThan(0);
      await file.close();
    }
  });

  it("are refused when a file differs", async () => {
    writeFileSync(join(folder, "config.json"), "{}");
    const files = await openShipped(folder);
    await expect(files.open("config.json")).rejects.toMatchObject({
      name: "CheckpointError",
      code: "bad-checksum",
      message: expect.stringMatching(
        /config\.json is not as it was published: its SHA-256 is 44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a/,
      ),
    });
  });

  it("are refused when a file is not listed, or the list is missing", async () => {
    writeFileSync(join(folder, "merges.txt"), "");
    const files = await openShipped(folder);
    await expect(files.open("merges.txt")).rejects.toThrow("SHA256SUMS does not list it");
    writeFileSync(join(folder, "SHA256SUMS"), "nonsense\n");
    await expect(openShipped(folder)).rejects.toThrow("line 1 is not a digest and a file name");
    rmSync(join(folder, "SHA256SUMS"));
    await expect(openShipped(folder)).rejects.toMatchObject({ code: "bad-checksum" });
  });
});
