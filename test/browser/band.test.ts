/** A model of several instruments: the page plays each on the piano, and saves them apart. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { findings } from "./axe.ts";
import { builtPage, expectMusic, PATIENCE, savedScore, openDrawer } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

const TRIO = fileURLToPath(new URL("../music/arrival/pop-trio/", import.meta.url));
const INSTRUMENTS = new Map([
  ["Acoustic Grand Piano", 0],
  ["String Ensemble 1", 48],
  ["Flute", 73],
]);

describe.skipIf(!hasChromium())("a model of several instruments", { timeout: 2 * PATIENCE }, () => {
  const built = builtPage();
  const folder = mkdtempSync(join(tmpdir(), "ostinato-band-"));

  beforeAll(() => writeTinyCheckpoint(join(folder, "my-piano")));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("plays every instrument on the piano, says so, names them, and saves them as tracks", async () => {
    const page = await built.open({ modelFolder: TRIO });
    const [band, duet] = [page.locator("#band"), page.locator("#duet")];
    expect(await band.isVisible()).toBe(false);
    // With other seeds the first note may come late.
    await openDrawer(page);
    await page.locator("#setting-seed").fill("5");
    await page.locator("#setting-topP").fill("0.9");
    await page.locator("#setting-seconds").fill("12");
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await band.getByText("Every instrument is played on the piano.").waitFor();
    // The music of 12 s is complete.
    await page.getByRole("application", { name: /of 0:12$/ }).waitFor();
    const names = await band.getByRole("listitem").allTextContents();
    expect(names.length).toBeGreaterThan(0);
    expect(await findings(page)).toEqual([]);

    // What this model has no use for.
    await page.getByText("Play along").click();
    expect(await duet.isDisabled()).toBe(true);
    expect(await duet.getAttribute("title")).toContain("this one plays several instruments");
    expect(await page.locator("#setting-pitchTemperature").isVisible()).toBe(true);
    expect(await page.locator("#setting-repetitionPenalty").isVisible()).toBe(false);
    expect(await page.locator("#setting-dynamics").isVisible()).toBe(false);
    expect(await page.locator("#one-hot").isVisible()).toBe(false);

    const score = await savedScore(page);
    expect(score.tracks.map(({ name }) => name)).toEqual(names);
    for (const [track, name] of names.entries()) {
      const programs = score.notes.filter((note) => note.track === track).map(({ program }) => program);
      expect(new Set(programs)).toEqual(new Set([INSTRUMENTS.get(name)]));
    }

    // Why a note is there: its pitch and instrument, then its length, then its time.
    const [title, candidates] = [page.locator("#why-title"), page.locator("#candidates button")];
    const explained = page.locator("#why:not([aria-busy]) #candidates button[aria-current]");
    await page.locator("#roll").press("Home");
    await page.locator("#roll").press("Enter");
    await explained.waitFor();
    const [note = ""] =
      /(?<=^Why )[A-G][♯♭]?-?\d on .+ at 0:0\d$/.exec((await title.textContent()) ?? "") ?? [];
    expect(names.some((name) => note.includes(` on ${name} at `))).toBe(true);
    expect(await explained.locator(".candidate-words").textContent()).toBe(note.replace(/ at .*$/, ""));
    expect(await page.locator("#why-sentence").textContent()).toMatch(/ [\d.]+ % sure/);
    expect(await page.locator("#elsewhere").textContent()).toMatch(
      /^\d+ % on this note, rests and the start$/,
    );
    expect(await candidates.count()).toBeGreaterThan(1);
    expect(await findings(page)).toEqual([]);
    await page.getByRole("button", { name: "previous event" }).click();
    await page.getByText(new RegExp(`^Why for \\d\\.\\d\\d s: ${note}$`)).waitFor();
    await page.getByRole("button", { name: "previous event" }).click();
    await page.getByText(new RegExp(`^Why (\\d\\.\\d\\d s later|at the same time): ${note}$`)).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#why").waitFor({ state: "hidden" });

    // New notes within the piece.
    await page.locator("#roll").press("Home");
    await page.locator("#roll").press("ArrowRight");
    await page.locator("#roll").press("[");
    for (let i = 0; i < 3; i += 1) await page.locator("#roll").press("ArrowRight");
    await page.locator("#roll").press("]");
    await page.getByRole("button", { name: "Fill in" }).click();
    await page
      .getByRole("navigation", { name: "Branches" })
      .getByText(/^0:0\d–0:0\d, take 2$/)
      .waitFor();

    // Another pitch or instrument begins a branch.
    await page.locator("#roll").press("Home");
    await page.locator("#roll").press("Enter");
    await explained.waitFor();
    await page.locator("#candidates button:not([aria-current])").first().click();
    await page
      .getByRole("navigation", { name: "Branches" })
      .getByText(/ on .+ → (rest|.+ on .+) at 0:0\d/)
      .waitFor();

    await page.getByRole("button", { name: "Copy link", exact: true }).click();
    await page.getByText("it has several instruments, so the link contains only").waitFor();

    // A piano model continues the same music.
    await page.locator("#model-files").setInputFiles(join(folder, "my-piano"));
    await page.getByText("This model continues the music from here.").waitFor();
    expect(await band.isVisible()).toBe(false);
    expect(await duet.isEnabled()).toBe(true);
    expect(await page.locator("#one-hot").isVisible()).toBe(true);
    expect(built.complaints).toEqual([]);
  });
});
