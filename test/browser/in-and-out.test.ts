/** Input and output of music. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type Note, readMidi, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { builtPage, bytesOf, openDrawer, openFile, PATIENCE, playToTheEnd, rollLabel } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";
import { pitches, SILENT, stalledSeconds } from "./listen.ts";

const NOTES: readonly Note[] = [
  { pitch: 69, velocity: 100, startSeconds: 0, endSeconds: 1.5 },
  { pitch: 73, velocity: 100, startSeconds: 2.5, endSeconds: 4 },
];
const FREQUENCIES = [440, 554.37];

describe.skipIf(!hasChromium())("input and output of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("plays the right pitches at the right times", async () => {
    const page = await built.open({ record: true });
    await page.getByLabel("length", { exact: true }).fill("4");
    await openFile(page, "two.mid", writeMidi(scoreFromNotes(NOTES)));
    await expect.poll(() => rollLabel(page)).toContain("2 notes");
    await playToTheEnd(page);
    const heard = await pitches(page, FREQUENCIES);
    const onsets = FREQUENCIES.map((_, which) => {
      const strongest = Math.max(...heard.map(({ powers }) => powers[which] ?? 0));
      expect(strongest, `${FREQUENCIES[which]} Hz is heard`).toBeGreaterThan(SILENT);
      const first = heard.find(({ powers }) => (powers[which] ?? 0) > strongest / 10);
      const others = (first?.powers ?? []).filter((_power, other) => other !== which);
      expect(Math.max(...others), "and nothing else").toBeLessThan(strongest / 10);
      return first?.seconds ?? 0;
    });
    const [from = 0, to = 0] = onsets;
    const late = await stalledSeconds(page, from, to);
    expect(Math.abs(to - from - 2.5), `${from} to ${to}`).toBeLessThan(0.4 + late);
    expect(built.complaints).toEqual([]);
  });

  it("offers a choice of tracks, and reports a damaged or too large file", async () => {
    const page = await built.open();
    const bytes = writeMidi(scoreFromNotes(NOTES));
    await openFile(page, "broken.mid", bytes.subarray(0, bytes.length - 8));
    const alert = page.getByRole("alert");
    await alert.getByText("This MIDI file is damaged.").waitFor();
    await alert.getByText("Details").click();
    await alert.getByText(/at byte \d+/).waitFor();
    await alert.getByRole("button", { name: "Open the undamaged parts" }).click();
    await expect.poll(() => rollLabel(page)).toMatch(/[12] notes/);
    await openFile(page, "<b>huge</b>.mid", new Uint8Array(17e6));
    await alert.getByText("<b>huge</b>.mid has 17.0 MB, more than 16").waitFor();
    await openFile(page, "text.mid", new TextEncoder().encode("not music"));
    await alert.getByText("This is not a MIDI file.").waitFor();
    await dropFile(page, "two-tracks.mid", twoTracks());
    const dialog = page.getByRole("dialog");
    await dialog.getByText("2 notes").first().waitFor();
    await dialog.getByText("Acoustic Grand Piano").first().waitFor();
    await dialog.getByRole("button", { name: "None" }).click();
    const open = dialog.getByRole("button", { name: "Open" });
    expect(await open.isDisabled(), "nothing is chosen").toBe(true);
    await dialog.getByRole("button", { name: "All" }).click();
    await dialog.getByRole("checkbox").first().uncheck();
    await open.click();
    await expect.poll(() => rollLabel(page)).toContain("2 notes");

    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.locator("#prompt").evaluate((field) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File(["x"], "a.mid"));
      field.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true }));
    });
    await page.getByText("Drop a MIDI file to open it").waitFor();
    await dropFile(page, "two.mid", bytes);
    await page.locator("#roll").waitFor();
    expect(await page.getByText("Drop a MIDI file to open it").isVisible()).toBe(false);
    await page.getByText("two.mid: press Play").waitFor();
    expect(built.complaints).toEqual([]);
  });

  it("trims the primer on the roll, and marks its end", async () => {
    const page = await built.open();
    const scale = Array.from({ length: 8 }, (_, i) => ({
      pitch: 60 + i,
      velocity: 81,
      startSeconds: i / 2,
      endSeconds: i / 2 + 0.4,
    }));
    const roll = page.locator("#roll");
    const notes = async (count: number): Promise<void> => {
      await expect.poll(() => rollLabel(page)).toContain(`Piano roll: ${count} notes`);
    };
    await openFile(page, "scale.mid", writeMidi(scoreFromNotes(scale)));
    await notes(8);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await page.keyboard.press("Escape");

    for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowRight"]) await roll.press(key);
    const box = await roll.boundingBox();
    if (!box) throw new Error("no roll");
    // The roll begins at 0; the file ends at 3.9 s.
    const x = box.x + 36 + 3.9 * 90;
    await page.mouse.move(x, box.y + 12);
    await expect.poll(() => roll.evaluate((canvas) => canvas.style.cursor)).toBe("ew-resize");
    await page.mouse.down();
    await page.mouse.move(x - 135, box.y + 12, { steps: 6 });
    await page.mouse.up();
    await notes(5);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save MIDI", exact: true }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe("scale-cut-at-0m02s.mid");
    await roll.press("Shift+Delete");
    await notes(8);
    for (const key of ["Home", "ArrowRight", "Delete"]) await roll.press(key);
    await notes(2);
    await roll.press("Shift+Delete");
    await notes(8);

    // Once nothing moves any more.
    const painted = (id: string): Promise<string> =>
      page.locator(id).evaluate(async (canvas) => {
        if (!(canvas instanceof HTMLCanvasElement)) return "";
        const seen: string[] = [];
        while (seen.length < 3 || seen.at(-1) !== seen.at(-2)) {
          for (let frame = 0; frame < 10; frame += 1) await new Promise(requestAnimationFrame);
          seen.push(canvas.toDataURL());
        }
        return seen.at(-1) ?? "";
      });
    await openDrawer(page);
    await page.locator("#one-hot summary").click();
    await roll.press("End");
    const atEnd = await painted("#one-hot-columns");
    await roll.press("Home");
    const atBeginning = await painted("#roll");
    expect(await painted("#one-hot-columns")).not.toBe(atEnd);
    await roll.press("Home");
    expect(await painted("#roll"), "it was there at once").toBe(atBeginning);
    expect(built.complaints).toEqual([]);
  });

  it("plays on a MIDI synthesizer, and ends all notes there", async () => {
    const page = await built.open();
    await page.evaluate(() => {
      const sent: number[][] = [];
      const output = { id: "one", name: "<i>synth</i>", send: (message: number[]) => sent.push(message) };
      const ports = { inputs: new Map(), outputs: new Map([["one", output]]) };
      const access = Object.assign(new EventTarget(), ports);
      Object.defineProperty(navigator, "requestMIDIAccess", { value: () => Promise.resolve(access) });
      Object.defineProperty(globalThis, "sentToTheSynthesizer", { value: sent });
    });
    const sent = (): Promise<number[][]> => page.evaluate("sentToTheSynthesizer");
    await openFile(page, "two.mid", writeMidi(scoreFromNotes(NOTES)));
    await page.getByText("Play along").click();
    await page.getByRole("button", { name: "MIDI keyboard" }).click();
    await page.getByLabel("MIDI output").selectOption("<i>synth</i>");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await expect.poll(async () => (await sent())[0]).toEqual([0x90, 69, 97]);
    await page.locator("#roll").press("Home");
    const inWords = async (): Promise<string> =>
      (await sent()).map((message) => message.join(" ")).join(", ");
    await expect
      .poll(inWords, { message: "silenced by the seek" })
      .toMatch(/^144 69 97, (.*, )?176 123 0, 144 69 97/);
    await page.keyboard.press("Escape");
    await expect.poll(async () => (await sent()).at(-1)).toEqual([0xb0, 123, 0]);
    expect(built.complaints).toEqual([]);
  });

  it("answers a phrase of the user", async () => {
    const page = await built.open();
    await page.getByText("Play along").click();
    await page.getByRole("button", { name: "Duet" }).click();
    await page.getByText("your turn").waitFor();
    for (const key of ["KeyA", "KeyD", "KeyG", "KeyK"]) await page.keyboard.press(key);
    await page.getByText("the model answers").waitFor();
    await page.getByText("Playing", { exact: true }).waitFor();
    await expect.poll(async () => Number(/(\d+) notes/.exec(await rollLabel(page))?.[1])).toBeGreaterThan(6);
    await page.keyboard.down("KeyA");
    await page.getByText("your turn").waitFor();
    await page.keyboard.up("KeyA");
    await page.getByText("the model answers").waitFor();
    expect(built.complaints).toEqual([]);
  });

  it("renders a WAV file, and creates a link to the same piece", async () => {
    const page = await built.open();
    await page.getByLabel("length", { exact: true }).fill("4");
    await openFile(page, "two.mid", writeMidi(scoreFromNotes(NOTES)));
    await expect.poll(() => rollLabel(page)).toContain("2 notes");
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    const [wav] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save WAV", exact: true }).click(),
    ]);
    const bytes = await bytesOf(await wav.createReadStream());
    expect(Buffer.from(bytes.subarray(0, 4)).toString()).toBe("RIFF");
    expect(bytes.length).toBeGreaterThan(4 * 44_100 * 4);
    const samples = new Int16Array(bytes.slice(44).buffer);
    const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(peak).toBeGreaterThan(1000);
    expect(peak).toBeLessThan(32_767);

    await page.keyboard.press("Escape");
    for (const key of ["Home", "ArrowRight", "ArrowRight", "["]) await page.locator("#roll").press(key);
    const [midi] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#save-selection").click(),
    ]);
    expect(midi.suggestedFilename()).toBe("two-0m02s-to-0m04s.mid");
    const selected = readMidi(await bytesOf(await midi.createReadStream()));
    expect(selected.notes.map(({ pitch, startSeconds }) => [pitch, startSeconds])).toEqual([[73, 0.5]]);
    const [part] = await Promise.all([
      page.waitForEvent("download"),
      page.locator("#save-selection-wav").click(),
    ]);
    expect(part.suggestedFilename()).toBe("two-0m02s-to-0m04s.wav");
    const sound = await bytesOf(await part.createReadStream());
    // Its two seconds until the note ends, and two for its decay.
    expect(sound.length).toBe(44 + 4 * 44_100 * 4);

    await page.getByRole("button", { name: "Copy link" }).click();
    await expect.poll(() => page.url()).toContain("#ids=");
    const other = await built.open({ again: true, query: new URL(page.url()).hash });
    await expect.poll(() => other.locator("#state").textContent()).toBe("A piece from a link");
    const [download] = await Promise.all([
      other.waitForEvent("download"),
      other.getByRole("button", { name: "Save MIDI", exact: true }).click(),
    ]);
    const { notes } = readMidi(await bytesOf(await download.createReadStream()));
    expect(notes.map(({ pitch }) => pitch)).toEqual([69, 73]);
    expect(built.complaints).toEqual([]);
  });
});

/** The two notes twice, on a track each: two single-track files put together. */
function twoTracks(): Uint8Array {
  const one = writeMidi(scoreFromNotes(NOTES));
  const at = Buffer.from(one).indexOf("MTrk");
  const file = Buffer.concat([one, one.subarray(at)]);
  file.writeUInt16BE(1, 8);
  file.writeUInt16BE(2 * file.readUInt16BE(10), 10);
  return file;
}

/** Drops a file on the page. */
async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator("#roll").evaluate(
    (canvas, file) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([Uint8Array.from(file.bytes)], file.name));
      canvas.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    { name, bytes: [...bytes] },
  );
}
