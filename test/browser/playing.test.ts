/** Playback, measured at the audio output: volume, tempo, loop. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type Note, PERFORMANCE_416, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { Piece } from "../../web/music/piece.ts";
import { linkOf } from "../../web/output/link.ts";
import { builtPage, openFile, PATIENCE, playToTheEnd, rollLabel, savedNotes } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";
import { heardFor, loudness, onsetsOf, pitches, stalledSeconds } from "./listen.ts";

/** Two notes, two seconds apart. */
const NOTES: readonly Note[] = [69, 73].map((pitch, index) => ({
  pitch,
  velocity: 100,
  startSeconds: 2 * index,
  endSeconds: 2 * index + 0.4,
}));
const FREQUENCIES = [440, 554.37];
/** From the cursor at one second to the end of the music. */
const LOOP_SECONDS = 1.4;

describe.skipIf(!hasChromium())("playback of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("follows the volume and tempo settings", async () => {
    const page = await openNotes(built.open({ record: true }));
    await playToTheEnd(page);
    await page.getByLabel("tempo", { exact: true }).fill("200");
    await playToTheEnd(page);
    await page.getByLabel("volume", { exact: true }).fill("0.4");
    await playToTheEnd(page);
    await page.getByLabel("tempo", { exact: true }).fill("50");
    await playToTheEnd(page);
    const heard = await pitches(page, FREQUENCIES);
    const [first, second] = FREQUENCIES.map((_, which) => onsetsOf(heard, which));
    expect(first).toHaveLength(4);
    expect(second).toHaveLength(4);
    for (const [pass, expected] of [2, 1, 1, 4].entries()) {
      const [from, to] = [first?.[pass]?.seconds ?? 0, second?.[pass]?.seconds ?? 0];
      const late = await stalledSeconds(page, from, to);
      expect(Math.abs(to - from - expected), `pass ${pass}: ${from} to ${to}`).toBeLessThan(0.4 + late);
    }
    // 0.4 of the volume is 0.16 of the amplitude, 0.026 of the power; of the louder ones the limiter takes some, and a busy
    // machine some of any.
    const powers = first?.map(({ power }, pass) => power + (second?.[pass]?.power ?? 0)) ?? [];
    const quieter = (powers[2] ?? 0) / (powers[1] ?? 1);
    expect(quieter).toBeGreaterThan(0.015);
    expect(quieter).toBeLessThan(0.4);
    expect(built.complaints).toEqual([]);
  });

  it("loops the selection, also before the first sound", async () => {
    const page = await openNotes(built.open({ record: true }));
    const roll = page.locator("#roll");
    for (const key of ["Home", "ArrowRight", "["]) await roll.press(key);
    await page.getByText("0:01–0:02", { exact: true }).waitFor();
    await roll.press("Home");
    await page.getByRole("button", { name: "loop", exact: true }).click();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await heardFor(page, 9);
    expect(await page.locator("#state").textContent()).toBe("Playing");
    await page.getByRole("button", { name: "loop", exact: true }).click();
    await page.getByText("Paused", { exact: true }).waitFor();
    const heard = await pitches(page, FREQUENCIES);
    expect(onsetsOf(heard, 0), "before the loop").toHaveLength(1);
    const times = onsetsOf(heard, 1).map(({ seconds }) => seconds);
    expect(times.length).toBeGreaterThanOrEqual(3);
    for (const [index, time] of times.slice(1).entries()) {
      const before = times[index] ?? 0;
      const late = await stalledSeconds(page, before, time);
      expect(Math.abs(time - before - LOOP_SECONDS), `${times}`).toBeLessThan(0.4 + late);
    }
    await page.getByRole("button", { name: "New piece" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await page.getByRole("button", { name: "loop" }).getAttribute("aria-pressed")).toBe("false");
    expect(built.complaints).toEqual([]);
  });

  it("reaches the end at the fastest tempo, whenever it is started", async () => {
    const page = await openNotes(built.open());
    await page.getByLabel("tempo", { exact: true }).fill("400");
    for (let start = 0; start < 6; start += 1) await playToTheEnd(page);
    expect(built.complaints).toEqual([]);
  });

  it("never sounds more than 43 keys at once", async () => {
    const chord = new Piece(PERFORMANCE_416, [PERFORMANCE_416.id("VELOCITY", 12)]);
    for (let key = 0; key < 40; key += 1) chord.push(PERFORMANCE_416.id("NOTE_ON", 30 + key), "primer");
    const { hash } = await linkOf(chord, { options: { seed: 4 }, seconds: 5 });
    const page = await built.open({ query: hash.replace(/&seconds=[^&]*/, "") });
    await expect.poll(() => rollLabel(page)).toContain("40 notes");
    await page.getByLabel("length", { exact: true }).fill("5");
    await playToTheEnd(page);
    const notes = await savedNotes(page);
    const held = notes.map(
      ({ startTick: at }) => notes.filter(({ startTick, endTick }) => startTick <= at && at < endTick).length,
    );
    expect(Math.max(...held)).toBe(43);
    expect(built.complaints).toEqual([]);
  });

  it("pauses when the browser suspends the audio context, and continues at a press", async () => {
    const page = await openNotes(built.open());
    await page.getByRole("button", { name: "loop", exact: true }).click();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await page.evaluate("audioOfThePage[0].suspend()");
    await page.getByText("Paused", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await expect.poll(() => loudness(page), { message: "sound" }).toBeGreaterThan(0.001);
    expect(built.complaints).toEqual([]);
  });
});

/** Opens the notes without generating a continuation. */
async function openNotes(opening: Promise<Page>): Promise<Page> {
  const page = await opening;
  await page.getByLabel("length", { exact: true }).fill("2.4");
  await openFile(page, "two.mid", writeMidi(scoreFromNotes(NOTES)));
  await expect.poll(() => rollLabel(page)).toContain("2 notes");
  return page;
}
