import { describe, expect, it } from "vitest";
import { builtPage, PATIENCE } from "./built-page.ts";
import { findings } from "./axe.ts";
import { hasChromium } from "./chromium.ts";

describe.skipIf(!hasChromium())("the Text tab of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("writes, says why a token came, goes on from another, and shows a head's numbers", async () => {
    const page = await built.open();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByLabel("prompt").fill("ROMEO:\nO, ");
    await page.getByRole("button", { name: "Write" }).click();
    const tokens = page.locator("#tokens .token");
    await page.getByRole("button", { name: "Write on" }).waitFor();
    const written = await page.locator("#tokens").textContent();
    expect(written?.startsWith("ROMEO:\nO, ")).toBe(true);
    expect(await tokens.count()).toBeGreaterThan(20);

    await tokens.nth(12).click();
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

    const before = (await tokens.allTextContents()).slice(0, 12).join("");
    await page.locator("#text-candidates button:not([aria-current])").first().click();
    await page.getByRole("button", { name: "Write on" }).waitFor();
    const now = await page.locator("#tokens").textContent();
    expect(now?.startsWith(before)).toBe(true);
    expect(now).not.toBe(written);
    await tokens.nth(20).focus();
    await page.keyboard.press("Enter");
    await candidates.first().waitFor();
    expect(await findings(page)).toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("says what to do about a model that is none", async () => {
    const page = await built.open();
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.getByLabel("model", { exact: true }).fill("no model");
    await page.getByRole("button", { name: "Write" }).click();
    await page.getByText('"no model" is no model. Give').waitFor();
    expect(built.complaints).toEqual([]);
  });
});
