import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { tinyPairTokenizer, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { builtPage, PATIENCE } from "./built-page.ts";
import { findings } from "./axe.ts";
import { hasChromium } from "./chromium.ts";

describe.skipIf(!hasChromium())("the Text tab of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("generates, explains a token, continues from another one, and shows the numbers of a head", async () => {
    const page = await built.open();
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole("button", { name: "Text", exact: true }).click();
    // Keys that play the piano on the Piano tab.
    for (const key of ["Space", "KeyA"]) await page.keyboard.press(key);
    await page.getByLabel("prompt").fill("ROMEO:\nO, ");
    await page.getByRole("button", { name: "Write" }).click();
    const tokens = page.locator("#tokens .token");
    await page.getByRole("button", { name: "Continue" }).waitFor();
    expect(asked.filter((path) => path.includes("/piano/model."))).toEqual([]);
    const written = await page.locator("#tokens").textContent();
    expect(written?.startsWith("ROMEO:\nO, ")).toBe(true);
    expect(await tokens.count()).toBeGreaterThan(20);

    // Not by the mouse: the token may be a line break.
    await tokens.nth(12).focus();
    await page.keyboard.press("Enter");
    const candidates = page.locator("#text-candidates button");
    await candidates.first().waitFor();
    expect(await page.locator("#text-candidates button[aria-current]").count()).toBe(1);
    await expect.poll(() => page.locator("#text-lines path").count()).toBeGreaterThan(0);
    await page.getByText("One head in numbers").click();
    const rows = page.locator("#numbers-table tr");
    await expect.poll(() => rows.count()).toBe(10);
    const cells = await rows.nth(1).locator("td").allTextContents();
    expect(cells.slice(0, 3), "its own score and the mask").toEqual([
      expect.stringMatching(/^-?\d/),
      "−∞",
      "−∞",
    ]);
    const softmax = cells.slice(8, 17).map(Number);
    expect(softmax.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 1);

    // Only now are the weights read again.
    const isWeights = (path: string): boolean => path.endsWith("/shakespeare/model.safetensors");
    expect(asked.filter(isWeights)).toHaveLength(1);
    await page.locator("#text-layers summary").focus();
    await page.keyboard.press("Enter");
    const rungs = page.locator("#text-ladder li");
    await expect.poll(() => rungs.count()).toBe(5);
    expect(asked.filter(isWeights)).toHaveLength(2);
    expect(await rungs.first().textContent()).toMatch(/^Before layer 1 it .+ “.+” \([\d.]+ %\)/);
    expect(await rungs.last().textContent()).toMatch(
      /^After layer 4 it .+ Attention moved it by [\d.]+ %, the network by [\d.]+ /,
    );

    const before = (await tokens.allTextContents()).slice(0, 12).join("");
    await page.locator("#text-candidates button:not([aria-current])").first().click();
    await page.getByRole("button", { name: "Continue" }).waitFor();
    const now = await page.locator("#tokens").textContent();
    expect(now?.startsWith(before)).toBe(true);
    expect(now).not.toBe(written);
    await tokens.nth(2).click();
    await candidates.first().waitFor();
    expect(await findings(page)).toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("downloads a hub model once, and answers before the separators that it has", async () => {
    const folder = writeTinyTextCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-tab-")));
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tinyPairTokenizer()));
    const page = await built.open();
    const asked: string[] = [];
    let isThere = true;
    await page.context().route("https://huggingface.co/**", async (route) => {
      const name = route.request().url().replace(/.*\//, "");
      asked.push(name);
      const headers = { "Access-Control-Allow-Origin": "*" };
      if (!isThere) return route.abort();
      if (!existsSync(join(folder, name))) return route.fulfill({ status: 404, headers });
      return route.fulfill({ body: readFileSync(join(folder, name)), headers });
    });
    const write = async (opened: Page): Promise<void> => {
      await opened.getByRole("button", { name: "Text", exact: true }).click();
      await opened.getByLabel("model", { exact: true }).fill("someone/tiny-gpt2");
      await opened.getByLabel("prompt").fill("the ");
      await opened.getByRole("button", { name: "Write" }).click();
      await opened.getByRole("button", { name: "Continue" }).waitFor();
      expect((await opened.locator("#tokens").textContent())?.startsWith("the ")).toBe(true);
    };
    const answer = page.getByLabel("then");
    expect(await answer.isVisible()).toBe(false);
    await write(page);
    expect(asked).toContain("model.safetensors");
    await answer.selectOption("answer <to-fr>");
    expect(await page.locator("#setting-text-temperature").inputValue()).toBe("0");
    await page.getByRole("button", { name: "Continue" }).click();
    const given = page.locator("#tokens .token.given");
    await expect.poll(() => given.allTextContents()).toEqual(["<|endoftext|>", "the", " ", "<to-fr>"]);
    isThere = false;
    asked.length = 0;
    await write(await built.open({ again: true }));
    expect(asked).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("reads special tokens in the prompt if asked to", async () => {
    const page = await built.open();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByLabel("prompt").fill("<|endoftext|>O");
    const given = page.locator("#tokens .token.given");
    const write = async (): Promise<number> => {
      await page.getByRole("button", { name: "Write" }).click();
      await page.getByRole("button", { name: "Continue" }).waitFor();
      return given.count();
    };
    const special = page.getByLabel("special tokens");
    expect(await special.isChecked()).toBe(false);
    expect(await write()).toBeGreaterThan(2);
    await special.check();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect.poll(() => given.count()).toBe(2);
    expect(built.complaints).toEqual([]);
  });

  it("writes nothing before its code is there, and gives a remedy where it does not come, and for an invalid model", async () => {
    const page = await built.open();
    await page.route("**/text-view-*.js", (route) => route.abort());
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByText("The Text tab could not be loaded. Check the connection").waitFor();
    expect(await page.getByRole("button", { name: "Write" }).isDisabled()).toBe(true);
    expect(built.complaints.splice(0)).toEqual([expect.stringContaining("Failed to load resource")]);
    await page.unroute("**/text-view-*.js");
    await page.getByRole("button", { name: "Piano", exact: true }).click();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByLabel("model", { exact: true }).fill("no model");
    await page.getByRole("button", { name: "Write" }).click();
    await page.getByText('"no model" is not a model. Enter').waitFor();
    expect(built.complaints).toEqual([]);
  });
});
