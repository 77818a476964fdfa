/** Other models than the included one. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TASKS } from "../../encoding/index.ts";
import { pytorchFromSafetensors } from "../models/checkpoint/pytorch-from-safetensors.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { aheadSeconds, builtPage, expectMusic, PATIENCE } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

describe.skipIf(!hasChromium())("the model menu", { timeout: PATIENCE }, () => {
  const built = builtPage();
  const folder = mkdtempSync(join(tmpdir(), "ostinato-models-"));

  beforeAll(() => {
    writeTinyCheckpoint(join(folder, "my-piano"), { ...TINY_CONFIG, tasks: TASKS });
    writeTinyCheckpoint(join(folder, "score2perf"), {
      ...TINY_CONFIG,
      vocabulary: "score2perf",
      vocab_size: 310,
    });
  });

  /** The model of the folder "my-piano", whose weights PyTorch wrote. */
  function writePytorchModel(): string {
    const [source, target] = [join(folder, "my-piano"), join(folder, "of-pytorch")];
    mkdirSync(target);
    copyFileSync(join(source, "config.json"), join(target, "config.json"));
    const weights = new Uint8Array(readFileSync(join(source, "model.safetensors")));
    writeFileSync(join(target, "pytorch_model.bin"), pytorchFromSafetensors(weights));
    return target;
  }

  afterAll(() => rmSync(folder, { recursive: true }));

  it("keeps the current model when another cannot be loaded, and says why", async () => {
    const page = await built.open();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    const [name, state] = [page.locator("#model"), page.locator("#model-state")];
    expect(await name.textContent()).toBe("piano");
    await name.click();
    const input = page.locator("#model-name");
    for (const [given, said] of [
      ["no model", '"no model" is not a model. Enter "piano", a Hugging Face id'],
      ["https://other.example/model/", "This page cannot load models from https://other.example."],
      ["./models/none/", "/models/none/config.json: HTTP 404"],
    ] as const) {
      await input.fill(given);
      await page.getByRole("button", { name: "Use", exact: true }).click();
      await state.getByText(said).waitFor();
      expect(await name.textContent()).toBe("piano");
    }
    await page.locator("#model-files").setInputFiles(join(folder, "score2perf"));
    await state.getByText("This page cannot play the vocabulary of the model (score2perf)").waitFor();
    await expect.poll(() => aheadSeconds(page), { message: "the music goes on" }).toBeGreaterThan(2);
    expect(built.complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
  });

  it("takes a model of the hub and its revision from the page's address", async () => {
    const page = await built.open();
    const asked: string[] = [];
    await page.context().route("https://huggingface.co/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      asked.push(pathname);
      const path = join(folder, "my-piano", pathname.replace(/.*\//, ""));
      const headers = { "Access-Control-Allow-Origin": "*" };
      if (!pathname.startsWith("/someone/piano/resolve/refs%2Fpr%2F1/") || !existsSync(path)) {
        return route.fulfill({ status: 404, headers });
      }
      return route.fulfill({ body: readFileSync(path), headers });
    });
    const named = await built.open({ again: true, query: "?model=someone/piano@refs/pr/1" });
    await expect.poll(() => named.locator("#model").textContent()).toBe("someone/piano@refs/pr/1");
    await named.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => aheadSeconds(named)).toBeGreaterThan(2);
    expect(asked).toContain("/someone/piano/resolve/refs%2Fpr%2F1/model.safetensors");

    const wrong = await built.open({ again: true, query: "?model=someone/piano@v1..2" });
    await wrong.getByText('"v1..2" is not a revision').waitFor();
    expect(await wrong.locator("#model").textContent()).toBe("piano");
    expect(asked.filter((path) => path.includes("v1"))).toEqual([]);
    expect(built.complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
  });

  it("continues the music with another model", async () => {
    const page = await built.open();
    const [name, state] = [page.locator("#model"), page.locator("#model-state")];
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.locator("#roll").press("]");
    expect(await page.getByRole("button", { name: "Fill in" }).isVisible()).toBe(false);
    await name.click();
    await page.locator("#model-files").setInputFiles(join(folder, "my-piano"));
    await state.getByText("This model continues the music from here.").waitFor();
    expect(await name.textContent()).toBe("my-piano");
    await page.getByRole("button", { name: "Fill in" }).waitFor();
    await page.getByText("Playing", { exact: true }).waitFor();
    await page.locator("#model-files").setInputFiles(writePytorchModel());
    await expect.poll(() => name.textContent()).toBe("of-pytorch");
    await page.locator("#model-name").fill("./models/piano/");
    await page.getByRole("button", { name: "Use", exact: true }).click();
    await expect.poll(() => name.textContent()).toBe("./models/piano/");
    await expect.poll(() => aheadSeconds(page)).toBeGreaterThan(2);
    await page.keyboard.press("Escape");
    expect(await page.locator("#model-form").isVisible()).toBe(false);
    expect(built.complaints).toEqual([]);
  });
});
