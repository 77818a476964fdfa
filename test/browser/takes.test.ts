/** Takes: what was played or composed is there after another piece, a reload and a crash. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { findings } from "./axe.ts";
import { builtPage, bytesOf, openFile, openDrawer, PATIENCE, playToTheEnd, rollLabel } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

const FILE = writeMidi(
  scoreFromNotes(
    [60, 64, 67].map((pitch, at) => ({ pitch, velocity: 80, startSeconds: at, endSeconds: at + 1 })),
  ),
);

/** The names of the takes in the list. */
async function names(page: Page): Promise<string[]> {
  const fields = page.locator("#takes-list input");
  return Promise.all((await fields.all()).map((field) => field.inputValue()));
}

/** Opens the list once there are as many takes. */
async function openList(page: Page, count: number): Promise<void> {
  const takes = page.locator("#takes");
  if ((await takes.getAttribute("open")) === null) await takes.locator("summary").click();
  await expect.poll(() => page.locator("#takes-list li").count()).toBe(count);
}

describe.skipIf(!hasChromium())("takes of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("keeps every piece with its branches, over another piece, a reload and a crash", async () => {
    const page = await built.open();
    await page.getByLabel("length", { exact: true }).fill("4");
    await openFile(page, "three.mid", FILE);
    await expect.poll(() => rollLabel(page)).toContain("3 notes");
    await openDrawer(page);
    await page.locator("#setting-seed").fill("7");
    await playToTheEnd(page);
    const file = await rollLabel(page);
    await page.getByRole("button", { name: "Variations", exact: true }).click();
    await page.locator(".keep:enabled").first().click();
    await page.locator("#branches .branch").nth(1).waitFor();
    await page.locator("#branches button").first().click();
    await page.locator("#setting-keep").uncheck();
    await page.getByRole("button", { name: "New piece" }).click();
    const seed = `Piece ${await page.locator("#setting-seed").inputValue()}`;
    await page.getByText("Playing", { exact: true }).waitFor();
    await page.getByText("Paused", { exact: true }).waitFor();
    const piece = await rollLabel(page);
    await openList(page, 2);
    expect(await names(page)).toEqual([seed, "three"]);
    expect(await findings(page)).toEqual([]);

    await page.reload();
    await page.getByRole("button", { name: `Go on with your last take: ${seed}` }).click();
    const notes = (label: string): string | undefined => /\d+ notes/.exec(label)?.[0];
    await expect.poll(async () => notes(await rollLabel(page))).toBe(notes(piece));
    expect(await page.locator("#setting-seed").inputValue()).toBe(seed.slice(6));
    await openList(page, 2);
    const renamed = page.locator("#takes-list input").nth(1);
    await renamed.fill("My three");
    await renamed.press("Enter");

    // A page that ends without a word, as in a crash.
    const other = await built.open({ again: true });
    await page.close({ runBeforeUnload: false });
    await openList(other, 2);
    expect(await names(other)).toEqual([seed, "My three"]);
    const [download] = await Promise.all([
      other.waitForEvent("download"),
      other.getByRole("button", { name: "Save MIDI: save My three" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("My three.mid");
    const saved = await bytesOf(await download.createReadStream());
    expect(saved.length).toBeGreaterThan(FILE.length);
    await other.getByRole("button", { name: "Open: open My three" }).click();
    await expect.poll(async () => notes(await rollLabel(other))).toBe(notes(file));
    expect(await other.locator("#branches .branch").count()).toBe(2);
    expect(await other.locator("#setting-seed").inputValue()).toBe("7");

    await openList(other, 2);
    await other.getByRole("button", { name: `Delete: delete ${seed}` }).click();
    await other.getByRole("button", { name: "Put back" }).click();
    await openList(other, 2);
    await other.getByRole("button", { name: `Delete: delete ${seed}` }).click();
    await other.getByText(`Deleted ${seed}`).waitFor();
    await other.reload();
    await openList(other, 1);
    expect(built.complaints).toEqual([]);
  });

  it.each([
    ["full", "QuotaExceededError", /full, so takes are no longer kept/],
    ["private", "InvalidStateError", /keeps no takes here/],
  ])("says once that the storage is %s, and plays on", async (_, name, message) => {
    const page = await built.open();
    await page.addInitScript((error) => {
      const deny = (): never => {
        throw new DOMException("denied", error);
      };
      if (error === "QuotaExceededError") IDBObjectStore.prototype.put = deny;
      else IDBFactory.prototype.open = deny;
    }, name);
    await page.reload();
    await page.getByLabel("length", { exact: true }).fill("3600");
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator("#problem-message").getByText(message).waitFor();
    await page.locator("#problem-close").click();
    expect(await page.locator("#state").textContent()).not.toBe("Paused");
    await page.keyboard.press("Escape");
    await page.getByText("Paused", { exact: true }).waitFor();
    expect(await page.locator("#problem").isHidden()).toBe(true);
    expect(built.complaints).toEqual([]);
  });
});
