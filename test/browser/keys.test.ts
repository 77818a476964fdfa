/** Keys of the whole page. */
import { describe, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { builtPage, openFile, PATIENCE, rollLabel } from "./built-page.ts";
import { hasChromium } from "./chromium.ts";

/** Three notes, one after the other. */
const NOTES = [60, 64, 67].map((pitch, at) => ({
  pitch,
  velocity: 80,
  startSeconds: at,
  endSeconds: at + 1,
}));

describe.skipIf(!hasChromium())("keys on the built page", { timeout: PATIENCE }, () => {
  const built = builtPage();

  it("plays and pauses with Space whatever has the focus, closes one thing at a time, and undoes", async () => {
    const page = await built.open();
    await page.getByLabel("length", { exact: true }).fill("3600");
    await openFile(page, "three.mid", writeMidi(scoreFromNotes(NOTES)));
    await expect.poll(() => rollLabel(page)).toContain("3 notes");
    const says = (state: string): Promise<void> => page.getByText(state, { exact: true }).waitFor();
    const isPressed = (name: string): Promise<string | null> =>
      page.getByRole("button", { name, exact: true }).getAttribute("aria-pressed");

    await page.getByRole("button", { name: "New piece" }).focus();
    await page.keyboard.press("Space");
    await says("Playing");
    expect(await rollLabel(page), "no other piece was started").not.toContain(" 0 notes");
    for (const [control, state] of [
      [page.getByRole("button", { name: "Select", exact: true }), "Paused"],
      [page.getByLabel("adventurousness, slider", { exact: true }), "Playing"],
      [page.locator("#more > summary"), "Paused"],
      [page.getByRole("button", { name: "Play", exact: true }), "Playing"],
    ] as const) {
      await control.focus();
      await page.keyboard.press("Space");
      await says(state);
    }
    expect(await isPressed("Select")).toBe("false");
    await page.locator("#more > summary").click();
    await page.locator("#setting-seed").focus();
    await page.keyboard.press("Space");
    await page.locator("#roll").focus();
    expect(await page.locator("#state").textContent(), "a text field has Space for itself").toBe("Playing");

    await page.keyboard.press("KeyR");
    expect(await isPressed("loop")).toBe("true");
    await page.keyboard.press("KeyX");
    expect(await isPressed("Select")).toBe("true");
    await page.keyboard.press("?");
    const help = page.getByRole("dialog", { name: "Keys" });
    await help.getByText("play or pause").waitFor();
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "hidden" });
    expect(await page.locator("#state").textContent(), "only the help is closed").toBe("Playing");
    await page.locator("#model-name").focus();
    await page.keyboard.press("Escape");
    await page.locator("#model-name").waitFor({ state: "hidden" });
    expect(await page.locator("#state").textContent(), "only the drawer is closed").toBe("Playing");
    await page.keyboard.press("Escape");
    await expect.poll(() => isPressed("Select")).toBe("false");
    expect(await page.locator("#state").textContent(), "only Select is left").toBe("Playing");
    await page.keyboard.press("Escape");
    await says("Paused");

    await page.getByRole("button", { name: "New piece" }).click();
    await says("Playing");
    await page.keyboard.press("Control+z");
    await expect.poll(() => rollLabel(page)).toContain(" of 0:");
    await page.keyboard.press("Escape");
    for (const key of ["Home", "ArrowRight", "Delete"]) await page.locator("#roll").press(key);
    await expect.poll(() => rollLabel(page)).toContain(": 1 notes");
    await page.keyboard.press("Control+z");
    await expect.poll(() => rollLabel(page), { message: "the file again" }).not.toContain(": 1 notes");
    expect(built.complaints).toEqual([]);
  });
});
