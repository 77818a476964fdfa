/** Accompaniment and infilling. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Note, type ScoreNote, scoreFromNotes, TASKS, writeMidi } from "../../encoding/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { builtPage, openDrawer, openFile, PATIENCE, rollLabel, savedNotes } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

/** A scale with a note every half second. */
const SCALE: readonly Note[] = Array.from({ length: 40 }, (_, i) => ({
  pitch: 60 + (i % 12),
  velocity: 81,
  startSeconds: i / 2,
  endSeconds: i / 2 + 0.4,
}));

describe.skipIf(!hasChromium())(
  "accompaniment and infilling on the built page",
  { timeout: PATIENCE },
  () => {
    const built = builtPage();
    const modelFolder = mkdtempSync(join(tmpdir(), "ostinato-tasks-"));

    beforeAll(() => {
      writeTinyCheckpoint(modelFolder, { ...TINY_CONFIG, tasks: TASKS });
    });

    afterAll(() => rmSync(modelFolder, { recursive: true }));

    it("adds an accompaniment in a branch", async () => {
      const page = await built.open({ modelFolder });
      await openFile(page, "scale.mid", writeMidi(scoreFromNotes(SCALE.slice(0, 8))));
      await page.getByRole("button", { name: "Accompany" }).waitFor(); // the model is there
      expect(await page.locator("#state").textContent()).toBe(
        "scale.mid: press Play; the model carries on at the end",
      );
      await page.getByRole("button", { name: "Accompany" }).click();
      const tabs = page.locator("#branches .branch > button:first-child");
      await expect.poll(() => tabs.allTextContents()).toEqual(["original", "accompaniment"]);
      await page.getByText("Playing", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      const notes = (await savedNotes(page)).map(plain);
      for (const note of SCALE.slice(0, 8)) expect(notes).toContainEqual(plain(note));
      expect(notes.length).toBeGreaterThan(8);
      expect(built.complaints).toEqual([]);
    });

    it("infills the selected region, and leaves everything else unchanged", async () => {
      const page = await built.open({ modelFolder });
      await page.getByLabel("length", { exact: true }).fill("20");
      await openFile(page, "scale.mid", writeMidi(scoreFromNotes(SCALE)));
      await expect.poll(() => rollLabel(page)).toContain("40 notes");
      await page.locator("#roll").focus();
      for (const key of ["ArrowRight", "ArrowRight", "["]) await page.keyboard.press(key);
      for (const key of ["ArrowRight", "ArrowRight", "]"]) await page.keyboard.press(key);
      await page.getByText("0:02–0:04", { exact: true }).waitFor();
      await page.keyboard.press("KeyR");
      await page.getByRole("button", { name: "Fill in" }).click();
      await page.getByRole("button", { name: "0:02–0:04, take 2", exact: true }).waitFor();
      await expectLoop(page);
      await page.keyboard.press("Escape");
      const notes = await savedNotes(page);
      expect(await page.locator("#selected-span").textContent(), "for another take").toBe("0:02–0:04");
      const isOutside = ({ startSeconds }: Note): boolean => startSeconds < 1.999 || startSeconds >= 3.999;
      expect(notes.filter(isOutside).map(plain)).toEqual(SCALE.filter(isOutside).map(plain));
      expect(notes.filter((note) => !isOutside(note)).length).toBeGreaterThan(0);
      expect(await pinkPixels(page), "what is new has a color of its own").toBeGreaterThan(0);
      await page.locator("#branches .branch > button").first().click();
      expect((await savedNotes(page)).map(plain), "the piece it came from").toEqual(SCALE.map(plain));

      // A variation is heard in the loop, too.
      await page.getByRole("button", { name: "Variations" }).click();
      await page.locator(".hear:enabled").first().click();
      await page.getByRole("button", { name: /^variation 1 from 0:\d\d$/ }).waitFor();
      await expectLoop(page);
      await page.keyboard.press("Escape");
      expect(await page.locator("#selected-span").textContent()).toBe("0:02–0:04");

      await page.locator("#branches .branch > button").first().click();
      await page.getByRole("button", { name: "clear the selection" }).click();
      await page.keyboard.press("KeyR");
      for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight"])
        await page.locator("#roll").press(key);
      await page.getByRole("button", { name: "Continue from here" }).click();
      // The piece plays on between the keys.
      await page.getByRole("button", { name: /^from 0:\d\d$/ }).waitFor();
      await page.getByText("Playing", { exact: true }).waitFor();
      await page.keyboard.press("Escape");
      const continued = await savedNotes(page);
      const isKept = ({ startSeconds }: Note): boolean => startSeconds < 2.9;
      expect(continued.filter(isKept).map(plain)).toEqual(SCALE.filter(isKept).map(plain));
      expect(continued.some(({ track, startSeconds }) => track > 0 && startSeconds > 3)).toBe(true);
      expect(built.complaints).toEqual([]);
    });

    it("reports a region that is too long, and can be stopped", async () => {
      const page = await built.open({ modelFolder });
      await openFile(page, "scale.mid", writeMidi(scoreFromNotes(repeated(40))));
      await expect.poll(() => rollLabel(page)).toContain("1600 notes");
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Select" }).click();
      const box = await page.locator("#roll").boundingBox();
      if (!box) throw new Error("no roll");
      for (let i = 0; i < 5; i += 1) await page.locator("#roll").press("-");
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.95, box.y + box.height / 2, { steps: 4 });
      await page.mouse.up();
      await page.getByRole("button", { name: "Fill in" }).click();
      const alert = page.getByRole("alert");
      await alert.getByText(/A region can be at most 12 s long, this one lasts \d+/).waitFor();
      expect(await page.locator("#branches").isVisible()).toBe(false);
      await alert.getByRole("button", { name: "Close" }).click();
      await page.getByRole("button", { name: "clear the selection" }).click();

      await page.getByRole("button", { name: "Accompany" }).click();
      await page.getByText(/^Accompanying: 0:\d\d of 13:19$/).waitFor();
      await page.getByRole("button", { name: "Stop" }).click();
      await page.getByText("Stopped; nothing has changed").waitFor();
      await page.getByRole("button", { name: "Accompany" }).click();
      await page.getByText(/^Accompanying: 0:\d\d of 13:19$/).waitFor();
      await page.keyboard.press("Escape");
      await page.getByText(/^Accompanying/).waitFor({ state: "hidden" });
      expect(await page.locator("#branches").isVisible()).toBe(false);
      expect(await page.getByRole("button", { name: "Accompany" }).isEnabled()).toBe(true);
      expect(built.complaints).toEqual([]);
    });

    it("composes in the chosen style, density, dynamics and with an ending", async () => {
      const page = await built.open({ modelFolder });
      await page.getByLabel("style", { exact: true }).selectOption("pop");
      await page.getByLabel("density", { exact: true }).selectOption("sparse");
      await page.getByLabel("dynamics", { exact: true }).selectOption("pp");
      await page.getByLabel("length", { exact: true }).fill("6");
      await page.getByLabel("ending", { exact: true }).check();
      // Of some seeds the few notes all have the highest velocity of pp.
      await openDrawer(page);
      await page.getByLabel("seed", { exact: true }).fill("7");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await page.getByText("Playing", { exact: true }).waitFor();
      await page.getByText("Paused", { exact: true }).waitFor();
      expect(await page.getByLabel("style", { exact: true }).isVisible()).toBe(true);
      await page.getByRole("button", { name: "Copy link" }).click();
      await expect.poll(() => page.url()).toMatch(/style=pop&density=sparse&dynamics=pp&ending=1/);
      const notes = await savedNotes(page);
      const loudness = notes.reduce((sum, { velocity }) => sum + velocity, 0) / notes.length;
      expect(loudness).toBeLessThan(48);
      await page.getByText("Takes", { exact: true }).click();
      await page.getByText(/pop · sparse · pp · ending/).waitFor();
      expect(built.complaints).toEqual([]);
    });

    it("offers neither if the model was not trained for it", async () => {
      const page = await built.open();
      await openFile(page, "scale.mid", writeMidi(scoreFromNotes(SCALE.slice(0, 8))));
      await expect.poll(() => rollLabel(page)).toContain("8 notes");
      await page.getByRole("button", { name: "Play", exact: true }).click();
      await page.getByText("Playing", { exact: true }).waitFor();
      expect(await page.getByRole("button", { name: "Accompany" }).isVisible()).toBe(false);
      for (const setting of ["style", "density", "ending"])
        expect(await page.getByLabel(setting, { exact: true }).isVisible()).toBe(false);
      await page.locator("#roll").press("]");
      await page.locator("#selected").waitFor();
      expect(await page.getByRole("button", { name: "Fill in" }).isVisible()).toBe(false);
      expect(built.complaints).toEqual([]);
    });
  },
);

/** The scale, repeated. */
function repeated(times: number): Note[] {
  return Array.from({ length: times }, (_, i) =>
    SCALE.map((note) => ({
      ...note,
      startSeconds: note.startSeconds + 20 * i,
      endSeconds: note.endSeconds + 20 * i,
    })),
  ).flat();
}

/** A note without its position in the file; ticks round times by half a millisecond. */
function plain({ pitch, velocity, startSeconds, endSeconds }: Note | ScoreNote): unknown {
  return { pitch, velocity, start: startSeconds.toFixed(2), end: endSeconds.toFixed(2) };
}

/** Pixels of the roll that are of the hue of what was filled in. */
function pinkPixels(page: Page): Promise<number> {
  return page.locator("#roll").evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const { data = [] } = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height) ?? {};
    let count = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]];
      if (r > g + 30 && b > g + 20) count += 1;
    }
    return count;
  });
}

/** Waits until the playhead has jumped back from the end of the region, 0:02 to 0:04, to its start. */
async function expectLoop(page: Page): Promise<void> {
  for (const at of ["0:03", "0:02", "0:03", "0:02"])
    await page.waitForFunction(
      (time) => document.getElementById("roll")?.getAttribute("aria-label")?.includes(`at ${time} of`),
      at,
    );
  expect(await page.locator("#loop").getAttribute("aria-pressed")).toBe("true");
}
