/** Note input: mouse, computer keys, touch, MIDI keyboard with pedal. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { ScoreNote } from "../../encoding/index.ts";
import { builtPage, PATIENCE, rollLabel, savedNotes } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";
import { heardFor, heardUntil, loudness, onsetsOf, pitches, SILENT } from "./listen.ts";

/** Times of note-on and note-off, in milliseconds. */
interface Played {
  readonly from: number;
  readonly to: number;
}

describe.skipIf(!hasChromium())("note input on the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("records notes played with mouse and computer keys, with their durations", async () => {
    const page = await openDuet(built.open());
    // A busy machine may add pauses.
    await page.getByLabel("pause", { exact: true }).fill("5000");
    await page.evaluate(writeDownKeys);
    await page.getByRole("button", { name: "E4", exact: true }).hover();
    await page.mouse.down();
    await heardFor(page, 0.3);
    await page.mouse.up();
    // The letters play with any focus except a text field.
    await page.keyboard.down("KeyG");
    await heardFor(page, 0.2);
    await page.keyboard.down("KeyK");
    await heardFor(page, 0.6);
    await page.keyboard.up("KeyK");
    await page.keyboard.up("KeyG");
    await page.getByLabel("pause", { exact: true }).fill("300");
    // A screen key, pressed with the keyboard.
    await page.getByRole("button", { name: "C3", exact: true }).focus();
    await page.keyboard.down("Enter");
    await heardFor(page, 0.4);
    await page.keyboard.up("Enter");
    const { downs, ups } = await keysWrittenDown(page);
    await page.getByText("the piece is full").waitFor();
    const notes = await savedNotes(page);
    expect(notes.map(({ pitch }) => pitch)).toEqual([64, 67, 72, 48]);
    // The second key was released last.
    const [e, k, g, c] = ups;
    const played = [e, g, k, c].map((to = 0, index) => ({ from: downs[index] ?? 0, to }));
    expectTimes(notes, played);
    expect(notes[0]?.velocity, "the middle of a key is pressed with half the force").toBeLessThan(100);
    await page.getByLabel("pause", { exact: true }).focus();
    await page.keyboard.press("KeyA");
    expect(await rollLabel(page), "what is typed is not played").toContain("4 notes");
    expect(built.complaints).toEqual([]);
  });

  it("keeps on request what was played without a duet", async () => {
    const page = await built.open();
    await page.locator("#roll").focus();
    for (const key of ["KeyA", "KeyD"]) {
      await page.keyboard.down(key);
      await page.keyboard.up(key);
    }
    await page.getByRole("button", { name: "Keep the 2 notes you played" }).click();
    await expect.poll(() => rollLabel(page)).toContain("2 notes");
    expect((await savedNotes(page)).map(({ pitch }) => pitch)).toEqual([60, 64]);
    await page.keyboard.press("KeyS");
    await page.getByRole("button", { name: "Keep the note you played" }).click();
    expect((await savedNotes(page)).map(({ pitch }) => pitch)).toEqual([60, 64, 62]);
    await page.keyboard.press("Control+z");
    await expect.poll(() => rollLabel(page)).toContain("2 notes");
    expect(built.complaints).toEqual([]);
  });

  it("records a MIDI keyboard and its sustain pedal", async () => {
    const page = await built.open({ record: true });
    await page.evaluate(connectKeyboard);
    await openDuet(Promise.resolve(page));
    await page.getByRole("button", { name: "MIDI keyboard" }).click();
    await page.getByText("<b>keys</b>", { exact: true }).waitFor();
    // A key released while the pedal is down; one held longer than the pedal; one without the pedal.
    const { played, pedalUp } = await page.evaluate(
      async (): Promise<{ played: Played[]; pedalUp: number }> => {
        const send: (...bytes: number[]) => number = Reflect.get(globalThis, "sendFromKeyboard");
        const wait = (milliseconds: number): Promise<void> =>
          new Promise((resolve) => setTimeout(resolve, milliseconds));
        const a = send(0x90, 69, 90);
        send(0xb0, 64, 127);
        await wait(150);
        send(0x90, 69, 0);
        await wait(250);
        const e = send(0x90, 76, 60);
        await wait(700);
        const pedal = send(0xb0, 64, 0);
        // The audio clock may lag behind.
        const upAt = Reflect.get(globalThis, "audioOfThePage")[0].currentTime;
        await wait(300);
        const eUp = send(0x80, 76, 0);
        const c = send(0x90, 60, 30);
        await wait(100);
        const cUp = send(0x80, 60, 0);
        return {
          played: [
            { from: a, to: pedal },
            { from: e, to: eUp },
            { from: c, to: cUp },
          ],
          pedalUp: upAt,
        };
      },
    );
    await page.getByText("the piece is full").waitFor();
    const notes = await savedNotes(page);
    expect(notes.map(({ pitch }) => pitch)).toEqual([69, 76, 60]);
    expectTimes(notes, played);
    const velocities = notes.map(({ velocity }) => velocity);
    expect(velocities).toEqual([89, 57, 29]); // of 32 steps
    // The note sounds until the pedal is released.
    await heardUntil(page, pedalUp + 1.2);
    const heard = await pitches(page, [440]);
    const [onset] = onsetsOf(heard, 0);
    const powerBetween = (from: number, to: number): number =>
      Math.max(
        ...heard
          .filter(({ seconds }) => seconds >= pedalUp + from && seconds < pedalUp + to)
          .map(({ powers }) => powers[0] ?? 0),
      );
    const before = powerBetween(-0.3, -0.1);
    expect(before).toBeGreaterThan((onset?.power ?? 1) / 1000);
    expect(powerBetween(0.8, 1)).toBeLessThan(before / 10);
    expect(built.complaints).toEqual([]);
  });

  it("reaches every screen key by touch on a phone", async () => {
    const page = await built.open({ phone: true });
    await page.getByRole("button", { name: "Controls" }).tap();
    await page.getByText("Play along").tap();
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchEnd", ...touchPoints: { x: number; y: number }[]) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints });
    const held = (): Promise<string[]> =>
      page.locator(".key.held").evaluateAll((keys) => keys.map((key) => key.ariaLabel ?? ""));
    const higher = page.getByRole("button", { name: "higher" });
    const lower = page.getByRole("button", { name: "lower" });

    const sizeOf = async (name: string): Promise<string> => {
      const box = await page.getByRole("button", { name, exact: true }).boundingBox();
      return `${box?.width} × ${Math.round(box?.height ?? 0)}`;
    };
    expect([await sizeOf("C3"), await sizeOf("C#3")], "keys for fingers").toEqual(["44 × 112", "32 × 72"]);
    expect((await placeOfKey(page, "C3")).isOnTop).toBe(true);
    expect((await placeOfKey(page, "C6")).isOnTop).toBe(false);
    // Forced: a button may have been turned off, being at the end, between the question and the tap.
    while (await higher.isEnabled()) await higher.tap({ force: true });
    const chord = [await placeOfKey(page, "E5"), await placeOfKey(page, "C6")];
    expect(chord.every(({ isOnTop }) => isOnTop)).toBe(true);
    await touch("touchStart", ...chord.map(({ x, y }) => ({ x, y })));
    await expect.poll(held).toEqual(["E5", "C6"]);
    await touch("touchEnd");
    await expect.poll(held).toEqual([]);
    await expect.poll(() => loudness(page), { message: "sound" }).toBeGreaterThan(0.001);
    while (await lower.isEnabled()) await lower.tap({ force: true });
    const { x, y } = await placeOfKey(page, "C3");
    await touch("touchStart", { x, y });
    await expect.poll(held).toEqual(["C3"]);
    await touch("touchEnd");
    expect(built.complaints).toEqual([]);
  });

  it("plays the first keys, also a chord, and releases them", async () => {
    const page = await built.open({ record: true });
    for (const key of ["KeyA", "KeyD", "KeyG"]) await page.keyboard.down(key);
    for (const key of ["KeyA", "KeyD", "KeyG"]) await page.keyboard.up(key);
    await expect.poll(() => loudness(page), { message: "sound" }).toBeGreaterThan(0.001);
    await heardFor(page, 2);
    const heard = await pitches(page, [261.63, 329.63, 392]);
    for (const which of [0, 1, 2]) {
      const powers = heard.map((moment) => moment.powers[which] ?? 0);
      expect(Math.max(...powers)).toBeGreaterThan(SILENT);
      expect(powers.at(-1), "let go").toBeLessThan(Math.max(...powers) / 1000);
    }
    expect(built.complaints).toEqual([]);
  });
});

/** A page ready for a phrase, in a piece without time left for an answer. */
async function openDuet(opening: Promise<Page>): Promise<Page> {
  const page = await opening;
  await page.getByLabel("length", { exact: true }).fill("1");
  await page.getByText("Play along").click();
  await page.getByRole("button", { name: "Duet" }).click();
  await page.getByText("your turn").waitFor();
  return page;
}

/** The position of a key, and whether it is uncovered there. */
function placeOfKey(page: Page, name: string): Promise<{ x: number; y: number; isOnTop: boolean }> {
  return page.getByRole("button", { name, exact: true }).evaluate((key) => {
    const { left, bottom, width } = key.getBoundingClientRect();
    const place = { x: left + width / 2, y: bottom - 8 };
    return { ...place, isOnTop: document.elementFromPoint(place.x, place.y) === key };
  });
}

/** Times of notes are those of the keys, since the first of them; the encoding has steps of 10 ms. */
function expectTimes(notes: readonly ScoreNote[], played: readonly Played[]): void {
  const begin = played[0]?.from ?? 0;
  for (const [index, { from, to }] of played.entries()) {
    const { startSeconds = 0, endSeconds = 0 } = notes[index] ?? {};
    expect(Math.abs(startSeconds - (from - begin) / 1000), `beginning of note ${index}`).toBeLessThan(0.02);
    expect(Math.abs(endSeconds - (to - begin) / 1000), `end of note ${index}`).toBeLessThan(0.02);
  }
}

/** Runs in the page: `keysWrittenDown` holds when keys and the pointer went down and up, whichever was which. */
function writeDownKeys(): void {
  const downs: number[] = [];
  const ups: number[] = [];
  for (const type of ["pointerdown", "keydown"])
    document.addEventListener(type, ({ timeStamp }) => downs.push(timeStamp), true);
  for (const type of ["pointerup", "keyup"])
    document.addEventListener(type, ({ timeStamp }) => ups.push(timeStamp), true);
  Object.defineProperty(globalThis, "keysWrittenDown", { value: { downs, ups } });
}

async function keysWrittenDown(page: Page): Promise<{ downs: number[]; ups: number[] }> {
  return Object(await page.evaluate("keysWrittenDown"));
}

/** Runs in the page: a keyboard is connected; `sendFromKeyboard(…bytes)` tells when it sent them. */
function connectKeyboard(): void {
  const input = Object.assign(new EventTarget(), { id: "one", name: "<b>keys</b>" });
  const ports = { inputs: new Map([["one", input]]), outputs: new Map() };
  const access = Object.assign(new EventTarget(), ports);
  Object.defineProperty(navigator, "requestMIDIAccess", { value: () => Promise.resolve(access) });
  Object.defineProperty(globalThis, "sendFromKeyboard", {
    value: (...bytes: number[]) => {
      const event = Object.assign(new Event("midimessage"), { data: Uint8Array.from(bytes) });
      input.dispatchEvent(event);
      return event.timeStamp;
    },
  });
}
