/** Offline use, accessibility, size and content security of the page. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addParts, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { findingsInBoth } from "./axe.ts";
import { builtPage, expectMusic, openDrawer, openFile, PATIENCE, rollLabel } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

describe.skipIf(!hasChromium())("quality of the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("plays without a network after the first visit", async () => {
    const page = await built.open({ isolated: true, complete: true });
    const isControlled = (): Promise<boolean> =>
      page.evaluate(() => navigator.serviceWorker.controller !== null);
    await expect.poll(isControlled, { message: "a service worker" }).toBe(true);
    expect(
      built.requested().filter((path) => path.endsWith(".wasm")),
      "only the page fetches it",
    ).toEqual([]);
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
    const stored = (): Promise<boolean> =>
      page.evaluate(async () => {
        const wanted = ["models/piano/model.compressed", "samples/C8v8.mp3"];
        const found = await Promise.all(wanted.map((name) => caches.match(new URL(name, document.baseURI))));
        return found.every((response) => response !== undefined);
      });
    await expect.poll(stored).toBe(true);
    await built.goOffline();
    await page.reload();
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
    expect(built.complaints).toEqual([]);
  });

  it.each([undefined, "Accept-Encoding", "Origin"])(
    "fetches the model once and plays without a network, where the host varies by %s and validates nothing",
    async (vary) => {
      const page = await built.open({ vary });
      await page.getByRole("button", { name: "Play" }).click();
      await page.getByText("Playing", { exact: true }).waitFor();
      // The service worker comes after the model.
      await page.evaluate(() => document.dispatchEvent(new Event("registering")));
      const stored = (): Promise<boolean> =>
        page.evaluate(async () => {
          const address = new URL("models/piano/model.compressed", document.baseURI);
          return (await caches.match(address, { ignoreVary: true })) !== undefined;
        });
      await expect.poll(stored).toBe(true);
      expect(built.requested().filter((path) => /\/model\.\w+$/.test(path))).toHaveLength(1);
      expect(built.complaints).toEqual([]);
      await built.goOffline();
      await page.reload();
      await page.getByRole("button", { name: "Play" }).click();
      await expectMusic(page, 1);
    },
  );

  it("has no serious accessibility violation, dark or light", async () => {
    const page = await built.open({});
    expect(await findingsInBoth(page)).toEqual([]);
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.keyboard.press("Escape");
    await page.locator("#roll").focus();
    await page.keyboard.press("ArrowDown");
    await page.locator("#candidates button").first().waitFor();
    await page.getByText("Play along").click();
    await page.locator("#more > summary").click();
    await page.getByText("Attention heads").click();
    await page.locator("#candidates button:not([aria-current])").first().click();
    await page.locator("#branches").waitFor();
    expect(await findingsInBoth(page)).toEqual([]);
  });

  it("has no serious violation in dialogs and panels, dark or light", async () => {
    const page = await built.open({});
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await page.locator("#roll").press("ArrowRight");
    await page.locator("#roll").press("]");
    await page.locator("#selected").waitFor();
    await page.getByRole("button", { name: "Variations" }).click();
    await page.locator(".hear:enabled").nth(3).waitFor();
    await page.locator("#model").click();
    await page.locator("#model-name").fill("none");
    await page.locator("#model-use").click();
    await page.locator("#model-state").getByText("is not a model").waitFor();
    expect(await findingsInBoth(page)).toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("has no serious violation in the dialogs, while a file is dragged, and on a phone on its side", async () => {
    const page = await built.open({});
    const note = { pitch: 60, velocity: 81, startSeconds: 0, endSeconds: 1 };
    const part = { name: "Flute", program: 73, notes: [{ ...note, pitch: 72 }] };
    await openFile(page, "two.mid", writeMidi(addParts(scoreFromNotes([note]), [part])));
    await page.getByRole("dialog", { name: "Which tracks?" }).waitFor();
    expect(await findingsInBoth(page), "tracks").toEqual([]);
    await page.getByRole("button", { name: "Open", exact: true }).click();
    await expect.poll(() => rollLabel(page)).toContain("2 notes");
    await page.locator("#roll").press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    expect(await findingsInBoth(page), "help").toEqual([]);
    await page.keyboard.press("Escape");
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([], "song.mid"));
      document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer, bubbles: true }));
    });
    await page.locator("#drop").waitFor();
    expect(await findingsInBoth(page), "a drag").toEqual([]);
    await page.evaluate(() => document.dispatchEvent(new DragEvent("dragleave")));
    await page.locator("#drop").waitFor({ state: "hidden" });
    await page.setViewportSize({ width: 844, height: 390 });
    await page.getByRole("button", { name: "Controls" }).click();
    await openDrawer(page);
    await page.locator("#model-name").waitFor();
    expect(await findingsInBoth(page), "a phone on its side").toEqual([]);
    expect(built.complaints).toEqual([]);
  });

  it("paints 20,000 notes with few canvas commands", async () => {
    const page = await built.open({});
    const notes = Array.from({ length: 20_000 }, (_, i) => ({
      pitch: 21 + ((i * 29) % 88),
      velocity: 30 + ((i * 7) % 90),
      startSeconds: Math.floor(i / 4) * 0.16,
      endSeconds: Math.floor(i / 4) * 0.16 + 0.3,
    }));
    await openFile(page, "many.mid", writeMidi(scoreFromNotes(notes)));
    await expect.poll(() => rollLabel(page)).toContain("20000 notes");
    for (let i = 0; i < 16; i += 1) await page.locator("#roll").press("-");
    await page.evaluate(countCanvasCommands);
    await page.locator("#roll").press("-");
    await expect.poll(() => page.evaluate("mostCommands()")).toBeGreaterThan(50);
    expect(await page.evaluate("mostCommands()")).toBeLessThan(1000);
  });

  it("runs only its own scripts, and requests only its server and the hub", async () => {
    const page = await built.open({});
    const blocked = await page.evaluate(async () => {
      const directives: string[] = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
        directives.push(effectiveDirective),
      );
      const script = document.createElement("script");
      script.textContent = "document.title = 'inline'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", `<p style="color: red">`);
      await fetch("https://example.org/").catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve));
      return directives;
    });
    expect(blocked, `${blocked}`).toEqual(
      expect.arrayContaining(["connect-src", "script-src-elem", "style-src-attr"]),
    );
    expect(await page.title()).toBe("Ostinato");
    const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).not.toMatch(/'unsafe-|\* /);
  });

  it("can be installed: manifest, icons and colors are there", async () => {
    const page = await built.open();
    const manifest = await page.evaluate(async () => {
      const link = document.querySelector<HTMLLinkElement>('link[rel="manifest"]');
      return (await fetch(link?.href ?? "")).json();
    });
    expect(manifest).toMatchObject({ name: "Ostinato", display: "standalone", start_url: "./" });
    const pictures = await page.evaluate(
      async (icons) => {
        const picture = document.querySelector<HTMLMetaElement>('meta[property="og:image"]')?.content ?? "";
        const sizes = [...icons, picture].map(async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          return `${image.naturalWidth} × ${image.naturalHeight}`;
        });
        return Promise.all(sizes);
      },
      manifest.icons.slice(1).map(({ src }: { src: string }) => src),
    );
    expect(pictures).toEqual(["192 × 192", "512 × 512", "512 × 512", "1200 × 630"]);
    expect(await page.locator('meta[name="theme-color"]').count()).toBe(2);
    expect(built.complaints).toEqual([]);
  });

  it("has at most 250 kB of scripts and styles, compressed, all that is fetched only by some included", () => {
    const files = readdirSync(built.folder, { recursive: true, encoding: "utf8" });
    const sizes = files
      .filter((name) => /\.(m?js|css)$/.test(name))
      .map((name) => gzipSync(readFileSync(join(built.folder, name))).length);
    expect(sizes.length).toBeGreaterThan(8);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250_000);
  });

  it("fits a narrow screen, and is heard on a phone that is silenced", async () => {
    const page = await built.open({});
    await page.setViewportSize({ width: 360, height: 740 });
    // Safari has it.
    await page.evaluate(() => Object.assign(navigator, { audioSession: { type: "auto" } }));
    const session = (): Promise<unknown> => page.evaluate("navigator.audioSession.type");
    expect(await session()).toBe("auto");
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    expect(await session()).toBe("playback");
    await page.getByRole("button", { name: "Controls" }).click();
    await page.getByText("Play along").click();
    const overflow = (): Promise<number> =>
      page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    const sheet = page.locator("#bottom");
    expect(await sheet.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
    await page.locator("#model").click();
    await page.getByRole("button", { name: "Variations" }).click();
    await page.locator(".hear:enabled").nth(3).waitFor();
    expect(await overflow()).toBeLessThanOrEqual(0);
    const tops = (): Promise<number[]> =>
      page
        .locator("#settings > :visible")
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().bottom));
    for (const [width, height, rows] of [
      [1440, 900, 1],
      [1280, 800, 1],
      [1024, 768, undefined],
      [844, 390, undefined],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await overflow(), `${width}`).toBeLessThanOrEqual(0);
      const found = await tops();
      if (rows) expect(new Set(found).size, `rows of settings at ${width}`).toBe(rows);
    }
    await page.getByRole("button", { name: "Text", exact: true }).click();
    expect(await overflow()).toBeLessThanOrEqual(0);
    expect(built.complaints).toEqual([]);
  });
});

/** Runs in the page: `mostCommands()` tells how many commands a frame gave to canvases at most, from now on. */
function countCanvasCommands(): void {
  let [count, most] = [0, 0];
  const { prototype } = CanvasRenderingContext2D;
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (typeof value !== "function") continue;
    Object.defineProperty(prototype, name, {
      value: function (this: unknown, ...parameters: unknown[]): unknown {
        count += 1;
        return Reflect.apply(value, this, parameters);
      },
    });
  }
  const next = (): void => {
    most = Math.max(most, count);
    count = 0;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
  Object.defineProperty(globalThis, "mostCommands", { value: () => most });
}
