/** The page in a background tab. */
import { describe, expect, it } from "vitest";
import { builtPage, PATIENCE } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";
import { measureAudio } from "./listen.ts";
import { RawChromium } from "./raw-chromium.ts";

describe.skipIf(!hasChromium())("the built page in a background tab", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("continues playback and generation", async () => {
    const url = await built.serve();
    const chromium = new RawChromium();
    try {
      const tab = await chromium.open(url);
      await tab.beforeScripts(`(${measureAudio.toString()})()`);
      const until = async (expression: string, timeout = PATIENCE / 4): Promise<void> => {
        await expect.poll(() => tab.evaluate(expression), { timeout, message: expression }).toBeTruthy();
      };
      await until(`document.getElementById("setting-seed") !== null`);
      await tab.evaluate(`document.getElementById("begin").click()`);
      await until(`document.getElementById("state").textContent === "Playing"`);
      expect(await tab.evaluate("document.visibilityState")).toBe("visible");

      const other = await chromium.open("about:blank");
      await other.bringToFront();
      await until(`document.visibilityState === "hidden"`);
      const place = async (): Promise<{ at: number; of: number }> => {
        const label = String(
          await tab.evaluate(`document.getElementById("roll").getAttribute("aria-label")`),
        );
        const [, minutes, seconds, ofMinutes, ofSeconds] =
          /at (\d+):(\d\d) of (\d+):(\d\d)/.exec(label)?.map(Number) ?? [];
        return {
          at: 60 * (minutes ?? 0) + (seconds ?? 0),
          of: 60 * (ofMinutes ?? 0) + (ofSeconds ?? 0),
        };
      };
      const before = await place();
      // Further than the music generated before.
      await expect
        .poll(async () => (await place()).at, { timeout: PATIENCE / 3, interval: 500 })
        .toBeGreaterThan(before.of + 2);
      expect(await tab.evaluate("document.visibilityState")).toBe("hidden");
      await until("loudnessOfThePage() > 0.001");
    } finally {
      await chromium.close();
    }
  });
});
