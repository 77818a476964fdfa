/** The page without a network, and for everybody. */
import { describe, expect, it } from "vitest";
import { findings } from "./axe.ts";
import { builtPage, expectMusic, PATIENCE } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

describe.skipIf(!hasChromium())("the craft of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("plays without a network after the first visit", async () => {
    const page = await built.open({ isolated: true });
    const isControlled = (): Promise<boolean> =>
      page.evaluate(() => navigator.serviceWorker.controller !== null);
    await expect.poll(isControlled, { timeout: 30_000, message: "a service worker" }).toBe(true);
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
    const stored = (): Promise<boolean> =>
      page.evaluate(async () => {
        const wanted = ["models/piano/model.safetensors", "samples/C8v8.mp3"];
        const found = await Promise.all(wanted.map((name) => caches.match(new URL(name, document.baseURI))));
        return found.every((response) => response !== undefined);
      });
    await expect.poll(stored, { timeout: 30_000 }).toBe(true);
    await built.goOffline();
    await page.reload();
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
    expect(built.complaints).toEqual([]);
  });

  it.each(["dark", "light"] as const)("has no serious finding of axe, %s", async (colorScheme) => {
    const page = await built.open({});
    await page.emulateMedia({ colorScheme });
    expect(await findings(page)).toEqual([]);
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.keyboard.press("Escape");
    await page.locator("#roll").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("#candidates button").first().waitFor();
    await page.getByText("Play along").click();
    await page.getByText("More", { exact: true }).click();
    await page.locator("#candidates button:not([aria-current])").first().click();
    await page.locator("#branches").waitFor();
    expect(await findings(page)).toEqual([]);
  });

  it("fits a narrow phone", async () => {
    const page = await built.open({});
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.getByText("Play along").click();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
