import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMidi } from "../../encoding/index.ts";
import { addCompressed } from "../../web/build/compress-weights.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import {
  aheadSeconds,
  builtPage,
  bytesOf,
  expectMusic,
  expectSilence,
  PATIENCE,
  rollLabel,
  openDrawer,
} from "./built-page.ts";
import { hasChromium } from "./chromium.ts";
import { loudness } from "./listen.ts";

describe.skipIf(!hasChromium())("the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("plays, shows, pauses and saves music, with threads if cross-origin isolated", async () => {
    const page = await built.open({ isolated: true, complete: true, query: "?threads=2" });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await openDrawer(page);
    await page.getByLabel("seed", { exact: true }).fill("7");
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 2);

    await page.getByRole("button", { name: "Pause" }).click();
    await expectSilence(page);
    const shown = Number(/(\d+) notes/.exec(await rollLabel(page))?.[1]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save MIDI", exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mid$/);
    const score = readMidi(await bytesOf(await download.createReadStream()));
    expect(score.notes.length).toBeGreaterThan(0);
    // A note without an end may have no length yet.
    expect(score.notes.length).toBeLessThanOrEqual(shown);
    expect(built.complaints).toEqual([]);
  });

  it("does so on one thread without isolation, and by keyboard", async () => {
    const page = await built.open({ isolated: false });
    await openDrawer(page);
    const seed = page.getByLabel("seed", { exact: true });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
    await page.getByRole("button", { name: "Play" }).focus();
    await page.keyboard.press("Enter");
    await expectMusic(page, 1);
    const first = await seed.inputValue();
    await page.keyboard.press("Escape");
    await expectSilence(page);

    await page.keyboard.press("Enter"); // the focus is on Play
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await seed.inputValue(), "the same piece goes on").toBe(first);
    await page.getByRole("button", { name: "New piece" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Playing", { exact: true }).waitFor();
    const second = await seed.inputValue();
    expect(second, "another piece has another seed").not.toBe(first);
    await page.getByLabel("keep").check();
    await page.getByRole("button", { name: "New piece" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await seed.inputValue(), "a seed that is kept").toBe(second);
    expect(built.complaints).toEqual([]);
  });

  it("explains a note, and branches to an alternative", async () => {
    const page = await built.open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.keyboard.press("Escape");
    await page.locator("#roll").focus();
    await page.keyboard.press("ArrowDown");
    const candidates = page.locator("#candidates button");
    await candidates.first().waitFor();
    expect(await page.locator("#candidates button[aria-current]").count(), "what came is among them").toBe(1);
    expect(await candidates.count()).toBeLessThanOrEqual(8);
    await page
      .locator("#why-sentence")
      .getByText(
        /^[A-G][♯♭]?-?\d( again)?: [\d.]+ % sure\.( It listened most to the .+ (before|at the same time)\.)?$/,
      )
      .waitFor();
    const kinds = await page.locator(".candidate-kind").allTextContents();
    expect(kinds[0], "other notes come first").toBe("which note");
    expect(kinds, "kinds are together").toEqual(
      [...new Set(kinds)].flatMap((kind) => kinds.filter((one) => one === kind)),
    );
    expect(await page.locator("#heads button").count()).toBe(2);
    await page.getByText("Attention heads").click();
    await page
      .locator("#elsewhere")
      // When the music exceeds the window, part of the attention is on the attention sinks.
      .getByText(/^\d+ % on timing and dynamics(, \d+ % on the start of the piece)?$/)
      .waitFor();
    await page.locator("#candidates button:not([aria-current])").first().click();
    const focus = await page.evaluate(() => document.activeElement?.id);
    expect(focus, "the roll, where the change is").toBe("roll");
    const tabs = page.locator("#branches .branch > button:first-child");
    await expect.poll(() => tabs.count()).toBe(2);
    await expect.poll(() => aheadSeconds(page), { message: "composed in advance" }).toBeGreaterThan(3);
    expect(await page.locator("#state").textContent()).toBe("Paused");
    await page.locator("#figures").getByText("× real time").waitFor();
    expect(await tabs.last().textContent()).toMatch(/^.+ → .+ at 0:\d\d$/);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await tabs.first().click();
    await expect.poll(() => tabs.first().getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: "Variations" }).click();
    const hear = page.getByRole("button", { name: /^hear variation \d from \d:\d\d$/ });
    await expect.poll(() => hear.count()).toBe(4);
    await hear.nth(3).click(); // once it is written
    await expect.poll(() => tabs.last().textContent()).toMatch(/^variation 4 from \d:\d\d$/);
    await expect.poll(() => hear.nth(3).getAttribute("aria-pressed")).toBe("true");
    await hear.nth(1).click();
    await expect
      .poll(() => tabs.last().textContent(), { message: "in place of the one not kept" })
      .toMatch(/^variation 2 from/);
    expect(await tabs.count()).toBe(3);
    await page.getByRole("button", { name: /^keep variation 2 from/ }).click();
    await hear.nth(0).click();
    await expect
      .poll(() => tabs.last().textContent(), { message: "beside the one kept" })
      .toMatch(/^variation 1 from/);
    expect(await tabs.count()).toBe(4);
    await expect.poll(() => aheadSeconds(page), { message: "it goes on" }).toBeGreaterThan(2);
    await page.locator("#variations-close").click();
    expect(await tabs.count(), "what is heard stays").toBe(4);
    for (let left = 3; left > 0; left -= 1) {
      await page
        .getByRole("button", { name: /^delete branch/ })
        .last()
        .click();
      // A deleted branch can be seen until the next frame.
      await expect.poll(() => tabs.count()).toBe(left);
    }
    await expect.poll(() => page.locator("#branches").isVisible()).toBe(false);
    expect(built.complaints).toEqual([]);
  });

  it("generates unheard music again when a setting changes, without stopping playback", async () => {
    const page = await built.open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.getByLabel("adventurousness", { exact: true }).fill("0.5");
    await page.getByLabel("length", { exact: true }).fill("600");
    await expect.poll(() => aheadSeconds(page), { message: "ahead again" }).toBeGreaterThan(6);
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(built.complaints).toEqual([]);
  });

  it("loads the model before the page's code, and its runtime before the first press, unless the visitor saves data", async () => {
    const page = await built.open({ early: true, codeAfter: "/models/piano/model.compressed" });
    const fetched = (): string[] => built.requested().filter((path) => /model\.\w+$|\.wasm$/.test(path));
    await expect.poll(() => fetched().length).toBe(2);
    expect(await page.locator("#state").textContent(), "nothing was asked for").toBe("");
    expect(await page.locator("#loading").isHidden()).toBe(true);
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(fetched()).toHaveLength(2);
    const other = await built.open({ again: true });
    await other.locator("#begin").waitFor();
    expect(
      await other.evaluate(() => new Promise((resolve) => requestIdleCallback(() => resolve(true)))),
    ).toBe(true);
    expect(fetched()).toHaveLength(2);
    const runtime = other.waitForRequest(/\.wasm$/);
    await other.route("**/model.compressed", async (route) => {
      await runtime;
      await route.continue();
    });
    await other.getByRole("button", { name: "Play" }).click();
    await other.getByText("Playing", { exact: true }).waitFor();
    expect(built.complaints).toEqual([]);
  });

  it("plays recorded samples once they are loaded", async () => {
    const page = await built.open({ isolated: false, complete: true });
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached", timeout: PATIENCE });
    await expect.poll(() => loudness(page), { message: "sound" }).toBeGreaterThan(0.001);
    expect(built.complaints).toEqual([]);
  });

  it("reports an invalid number, and does not play until it is corrected", async () => {
    const page = await built.open({ isolated: false });
    await openDrawer(page);
    await page.getByLabel("top-p", { exact: true }).fill("2");
    await page.getByText("must be a number from 0 to 1, got 2").waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("setting-topP");
    await page.getByRole("button", { name: "reset top-p to 1" }).click();
    expect(await page.getByText("must be a number").isVisible()).toBe(false);
    expect(built.complaints).toEqual([]);
  });

  it("says that the weights are damaged, and loads them again", async () => {
    const modelFolder = mkdtempSync(join(tmpdir(), "ostinato-damaged-"));
    try {
      addCompressed(writeTinyCheckpoint(modelFolder));
      const weights = join(modelFolder, "model.compressed");
      const bytes = readFileSync(weights);
      // The checksum of the contents.
      const at = bytes.length - 6;
      writeFileSync(weights, bytes.with(at, bytes.readUInt8(at) ^ 1));
      const page = await built.open({ modelFolder, early: true });
      await page.getByRole("button", { name: "Play" }).click();
      const alert = page.getByRole("alert");
      await alert.getByText("The music model could not be loaded.").waitFor();
      await alert.getByText("Details").click();
      await alert.getByText("model.compressed is damaged").waitFor();
      writeFileSync(weights, bytes);
      await alert.getByRole("button", { name: "Try again" }).click();
      await expectMusic(page, 1);
      expect(built.complaints).toEqual([]);
    } finally {
      rmSync(modelFolder, { recursive: true });
    }
  });

  it("says beside Play that the model cannot be loaded, tries again, and offers text", async () => {
    const page = await built.open({ isolated: false, modelFolder: "/nowhere" });
    await page.getByText("There is no music model here.").waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("The music model could not be loaded.").waitFor();
    expect(await page.locator("#music").isVisible(), "music was asked for").toBe(true);
    await alert.getByText("Details").click();
    await alert.getByText("config.json: HTTP 404").waitFor();
    const again = page.waitForResponse(/config\.json/);
    await alert.getByRole("button", { name: "Try again" }).click();
    await again;
    await alert.getByText("The music model could not be loaded.").waitFor();
    await alert.getByRole("button", { name: "Close" }).click();
    await page.getByRole("link", { name: "Let a model write text" }).click();
    expect(await page.locator("#text").isVisible()).toBe(true);
    // The browser's own message about the missing file.
    expect(built.complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
  });
});
