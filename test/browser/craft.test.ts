/** The page without a network, and for everybody. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { builtPage, expectMusic, PATIENCE } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

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

/** What axe finds to be serious or critical. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const found = await Reflect.get(globalThis, "axe").run();
    return found.violations
      .filter(({ impact }: { impact: string }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
      );
  });
}
