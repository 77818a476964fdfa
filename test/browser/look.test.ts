/** The roll: attention arcs, differences of branches, scrolling and zooming, keyboard control. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type Note, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { findings } from "./axe.ts";
import { builtPage, openFile, PATIENCE, rollLabel } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

/** A scale with a note every half second. */
const SCALE: readonly Note[] = Array.from({ length: 12 }, (_, i) => ({
  pitch: 60 + i,
  velocity: 81,
  startSeconds: i / 2,
  endSeconds: i / 2 + 0.4,
}));

/** A drawn line. */
interface Stroke {
  readonly color: string;
  readonly width: number;
}

describe.skipIf(!hasChromium())("the piano roll of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("draws attention as arcs: a color for each head, wider with more weight", async () => {
    const page = await openScale(built.open());
    await page.mouse.click(...(await placeOnRoll(page))(9));
    await page.locator("#why:not([aria-busy]) #candidates button[aria-current]").waitFor();
    // Heads and layers are shown on request.
    await page.getByText("Attention heads").click();
    expect(await page.locator("#why-title").textContent(), "also a primer note").toBe("Why A4 at 0:04");
    expect(await page.locator("#why-sentence").textContent()).toMatch(
      /^A4 is yours: the model would have been [\d.]+ % sure of it\./,
    );
    const chosen = await changed(page, []);
    expect(new Set(chosen.map(hueOf)).size).toBe(2);
    const byWidth = chosen.toSorted((a, b) => a.width - b.width).map(alphaOf);
    expect(byWidth, "heavier is wider and stronger").toEqual(byWidth.toSorted((a, b) => a - b));
    expect((byWidth.at(-1) ?? 0) - (byWidth[0] ?? 0)).toBeGreaterThan(0.01);

    await page.getByRole("button", { name: "head 1" }).click();
    const oneHead = await changed(page, chosen);
    expect(new Set(oneHead.map(hueOf)).size).toBe(1);
    expect(oneHead).toEqual(chosen.filter((stroke) => hueOf(stroke) === hueOf(oneHead[0])));
    await page.getByRole("button", { name: "head 1" }).click();
    expect(await changed(page, oneHead)).toEqual(chosen);

    await page.locator("#why-layers summary").click();
    const rungs = page.locator("#ladder li");
    await expect.poll(() => rungs.count()).toBe(3);
    expect(await rungs.last().textContent()).toMatch(/^After layer \d it .+ Attention moved it by [\d.]+ /);
    expect(await findings(page)).toEqual([]);
    await page.locator("#why-layers summary").click();

    await page.locator("#layer").selectOption("0");
    const otherLayer = await changed(page, chosen);
    expect(new Set(otherLayer.map(hueOf)).size).toBe(2);

    // A pointer on another note shows the arcs of that note.
    const at = await placeOnRoll(page);
    await page.mouse.move(...at(5));
    await changed(page, otherLayer);
    expect(await page.locator("#why-title").textContent()).toBe("Why A4 at 0:04");
    await page.mouse.move(...at(5, 12));
    await expect.poll(() => strokes(page, "curves")).toEqual(otherLayer);
    await page.keyboard.press("Escape");
    await expect.poll(() => strokes(page, "curves")).toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("outlines the difference of two branches", async () => {
    const page = await openScale(built.open());
    const at = await placeOnRoll(page);
    expect(await strokes(page, "outlines")).toEqual([]);
    await page.mouse.click(...at(5));
    await page.locator("#candidates button:not([aria-current])").first().click();
    await page.locator("#branches").waitFor();
    await expect.poll(async () => (await strokes(page, "outlines")).length).toBe(1);
    // It is heard from a second before the change on, and composed five seconds ahead; the last note may be longer.
    await expect.poll(() => rollLabel(page)).toMatch(/notes, at 0:0[12] of 0:(0[6-9]|1[01])$/);
    await page.getByRole("button", { name: "original", exact: true }).click();
    await expect.poll(() => rollLabel(page)).toContain("12 notes");
    await page.getByRole("button", { name: /^delete branch/ }).click();
    await expect.poll(() => strokes(page, "outlines")).toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("keeps a long note when the Text tab is opened and left", async () => {
    const page = await built.open();
    const long = [{ pitch: 60, velocity: 81, startSeconds: 0, endSeconds: 8 }];
    await openFile(page, "long.mid", writeMidi(scoreFromNotes(long)));
    await expect.poll(() => rollLabel(page)).toContain("1 notes");
    await page.locator("#roll").press("ArrowRight");
    await expect.poll(() => rollLabel(page)).toContain("at 0:01 of 0:08");
    // The small model has no styles: when it has come, their controls go and the roll grows.
    await page.locator("#setting-style").waitFor({ state: "hidden" });
    let before = "";
    const isStill = async (): Promise<boolean> => {
      const last = before;
      before = await painted(page);
      return before === last;
    };
    await expect.poll(isStill, { message: "over several frames", interval: 400 }).toBe(true);
    await page.getByRole("button", { name: "Text", exact: true }).click();
    await page.locator("#roll").waitFor({ state: "hidden" });
    await page.getByRole("button", { name: "Piano", exact: true }).click();
    await expect.poll(() => painted(page)).toBe(before);
    expect(built.complaints).toEqual([]);
  });

  it("draws bars where the opened file has a tempo, and times otherwise", async () => {
    const page = await built.open();
    await page.evaluate(recordLabels);
    const labels = (): Promise<unknown> => page.evaluate("labelsOfTheRoll()");
    const whole = [{ pitch: 60, velocity: 81, startSeconds: 0, endSeconds: 4 }];
    const plain = writeMidi(scoreFromNotes(whole));
    // The tempo 120 becomes 60 quarter notes a minute.
    const at = plain.findIndex((_, i) => [0xff, 0x51, 3].every((byte, j) => plain[i + j] === byte)) + 3;
    await openFile(
      page,
      "slow.mid",
      plain
        .with(at, 0x0f)
        .with(at + 1, 0x42)
        .with(at + 2, 0x40),
    );
    await expect.poll(() => rollLabel(page)).toContain("of 0:08");
    await expect.poll(labels).toEqual(["1 · 0:00", "2 · 0:04", "3 · 0:08", "4 · 0:12"]);
    // A selection ends at a bar that it comes near to.
    const box = await page.locator("#roll").boundingBox();
    if (!box) throw new Error("no roll");
    await page.keyboard.press("x");
    await page.mouse.move(box.x + 36 + 5, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 36 + 360 - 6, box.y + 100, { steps: 3 });
    await page.mouse.up();
    await page.getByText("bar 1", { exact: true }).waitFor();
    for (const key of ["Home", "ArrowRight", "["]) await page.locator("#roll").press(key);
    await page.getByText("bar 1, beat 2 – bar 2, beat 1", { exact: true }).waitFor();
    await openFile(page, "plain.mid", plain);
    await expect.poll(() => rollLabel(page)).toContain("of 0:04");
    await expect.poll(async () => `${String(await labels())},`).toMatch(/^0:00,0:01,0:02,/);
    expect(built.complaints).toEqual([]);
  });

  it("scrolls and zooms by wheel, pointer and touch", async () => {
    const page = await openScale(built.open());
    const box = await page.locator("#roll").boundingBox();
    if (!box) throw new Error("no roll");
    const [x, y] = [box.x + box.width / 2, box.y + box.height * 0.8];
    let shown = await painted(page);
    const isOther = async (message: string): Promise<void> => {
      const before = shown;
      await expect.poll(async () => (shown = await painted(page)), { message }).not.toBe(before);
    };
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, 120);
    await isOther("the wheel moves it");
    await page.keyboard.down("Control");
    await page.mouse.wheel(0, -120);
    await page.keyboard.up("Control");
    await isOther("and with Control zooms");
    for (const key of ["Control", "Shift"]) await page.keyboard.down(key);
    await page.mouse.wheel(0, -120);
    for (const key of ["Control", "Shift"]) await page.keyboard.up(key);
    await isOther("and with Shift as well zooms the pitches");
    await page.mouse.down();
    await page.mouse.move(x - 200, y, { steps: 4 });
    await page.mouse.up();
    await isOther("a drag moves it");
    await page.getByRole("button", { name: "Follow the music" }).click();
    await isOther("and it comes back");
    // The ruler scrubs.
    await page.mouse.move(box.x + 36 + 300, box.y + 10);
    await page.mouse.down();
    await page.mouse.up();
    await expect.poll(() => rollLabel(page)).toMatch(/at 0:0[1-5] of 0:05/);
    await isOther("the ruler goes elsewhere");
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", apart?: number) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints: apart === undefined ? [] : [-apart, apart].map((from, id) => ({ x: x + from, y, id })),
      });
    await touch("touchStart", 40);
    for (let apart = 50; apart <= 150; apart += 20) await touch("touchMove", apart);
    await touch("touchEnd");
    await isOther("two fingers zoom");
    expect(built.complaints).toEqual([]);
  });

  it("supports seeking, zooming, scrolling and selecting by keyboard", async () => {
    const page = await openScale(built.open());
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);
    for (let presses = 0; presses < 12 && (await focused()) !== "roll"; presses += 1)
      await page.keyboard.press("Tab");
    expect(await focused()).toBe("roll");
    const isAt = async (place: string): Promise<void> => {
      await expect.poll(() => rollLabel(page)).toContain(`at ${place} of 0:05`);
    };
    for (const [key, place] of [
      ["ArrowRight", "0:01"],
      ["End", "0:05"],
      ["Shift+ArrowLeft", "0:00"],
      ["Shift+ArrowRight", "0:05"],
      ["ArrowLeft", "0:04"],
      ["Home", "0:00"],
    ] as const) {
      await page.keyboard.press(key);
      await isAt(place);
    }
    let shown = await painted(page);
    for (const key of ["+", "-", "PageDown", "PageUp"]) {
      await page.keyboard.press(key);
      const before = shown;
      await expect.poll(async () => (shown = await painted(page)), { message: key }).not.toBe(before);
    }
    // "Follow the music" is the next thing after the roll that can be pressed; then the roll has the keys again.
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("follow");
    await page.keyboard.press("Enter");
    await page.locator("#follow").waitFor({ state: "hidden" });
    expect(await focused()).toBe("roll");

    for (const key of ["ArrowRight", "[", "ArrowRight", "ArrowRight", "]"]) await page.keyboard.press(key);
    await page.getByText("0:01–0:03", { exact: true }).waitFor();
    for (let presses = 0; presses < 4 && (await focused()) !== "selected-close"; presses += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#selected").waitFor({ state: "hidden" });
    expect(await focused()).toBe("roll");

    await page.keyboard.press("Enter");
    await page.getByText("Why F♯4 at 0:03", { exact: true }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.getByText("Why F4 at 0:02", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#why").waitFor({ state: "hidden" });
    expect(built.complaints).toEqual([]);
  });
});

async function openScale(opening: Promise<Page>): Promise<Page> {
  const page = await opening;
  await page.evaluate(recordStrokes);
  await openFile(page, "scale.mid", writeMidi(scoreFromNotes(SCALE)));
  await expect.poll(() => rollLabel(page)).toContain("12 notes");
  return page;
}

/** Where a note of the scale is, in the page's pixels, while the playhead is at the beginning; or so many keys above it. */
async function placeOnRoll(page: Page): Promise<(note: number, above?: number) => [number, number]> {
  const box = await page.locator("#roll").boundingBox();
  if (!box) throw new Error("no roll");
  // Four octaves around the notes, C3 to B6.
  const lane = (box.height - 24) / 48;
  return (note, above = 0) => [
    box.x + 36 + (note / 2 + 0.2) * 90,
    box.y + 24 + (95 - 60 - note - above + 0.5) * lane,
  ];
}

/** Waits until the arcs have changed. */
async function changed(page: Page, before: readonly Stroke[]): Promise<Stroke[]> {
  let now: Stroke[] = [];
  await expect
    .poll(async () => (now = await strokes(page, "curves")), { message: "other arcs" })
    .not.toEqual(before);
  return now;
}

function hueOf(stroke: Stroke | undefined): string {
  return stroke?.color.replace(/\/[^/]*$/, "") ?? "";
}

function alphaOf({ color }: Stroke): number {
  return Number(/\/ ([\d.]+)\)$/.exec(color)?.[1]);
}

async function strokes(page: Page, kind: "curves" | "outlines"): Promise<Stroke[]> {
  return Object(await page.evaluate("strokesOfTheRoll()"))[kind];
}

function painted(page: Page): Promise<string> {
  return page
    .locator("#roll")
    .evaluate((canvas) => (canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : ""));
}

/**
 * Runs in the page: `strokesOfTheRoll()` tells which curves the last frame drew (arcs), and which outlines of many rectangles
 * (the notes of another branch).
 */
function recordStrokes(): void {
  let [frame, last] = [nothing(), nothing()];
  let [curves, rectangles] = [0, 0];
  function nothing(): Record<"curves" | "outlines", Stroke[]> {
    return { curves: [], outlines: [] };
  }
  const { prototype } = CanvasRenderingContext2D;
  const before = (
    name: "clearRect" | "beginPath" | "bezierCurveTo" | "rect" | "stroke",
    note: (context: CanvasRenderingContext2D) => void,
  ): void => {
    const method = prototype[name];
    Object.defineProperty(prototype, name, {
      value: function (this: CanvasRenderingContext2D, ...parameters: unknown[]): unknown {
        if (this.canvas.id === "roll") note(this);
        return Reflect.apply(method, this, parameters);
      },
    });
  };
  before("clearRect", () => {
    last = frame;
    frame = nothing();
    // A frame is complete at the end of the task.
    queueMicrotask(() => (last = frame));
  });
  before("beginPath", () => ([curves, rectangles] = [0, 0]));
  before("bezierCurveTo", () => (curves += 1));
  before("rect", () => (rectangles += 1));
  before("stroke", ({ strokeStyle, lineWidth }) => {
    const stroke = { color: String(strokeStyle), width: lineWidth };
    if (curves > 0) frame.curves.push(stroke);
    if (rectangles > 0) frame.outlines.push(stroke);
  });
  Object.defineProperty(globalThis, "strokesOfTheRoll", { value: () => last });
}

/** Runs in the page: `labelsOfTheRoll()` tells what stands above the roll, without the names of its keys. */
function recordLabels(): void {
  let labels: string[] = [];
  const { prototype } = CanvasRenderingContext2D;
  const { clearRect, fillText } = prototype;
  prototype.clearRect = function (...parameters) {
    if (this.canvas.id === "roll") labels = [];
    return clearRect.apply(this, parameters);
  };
  prototype.fillText = function (text, x, y, ...more) {
    if (this.canvas.id === "roll" && y < 24) labels.push(text);
    return fillText.call(this, text, x, y, ...more);
  };
  Object.defineProperty(globalThis, "labelsOfTheRoll", { value: () => labels });
}
