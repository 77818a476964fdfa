/**
 * Takes the screenshots of the README from the built page: `npm run screenshots`. Needs Chromium; the variable CHROMIUM
 * names
 * another one than Debian's.
 */
import { fileURLToPath } from "node:url";
import { startBuiltPage } from "./built-page.mjs";

const PICTURES = fileURLToPath(new URL("../pictures/", import.meta.url));
const PATIENCE = 240_000;
/** Seed of a piece with broken chords. */
const SEED = "1";
/** Largest number of notes that are tried. */
const MOST_NOTES = 100;
/** Region of the screenshot of the arcs, in pixels. */
const ARCS = { x: 180, y: 115, width: 860, height: 440 };

const built = await startBuiltPage(PATIENCE);

try {
  await piano("piano", { width: 1440, height: 900 }, "dark", "attention");
  await piano("piano-phone", { width: 390, height: 844 }, "light");
  await text("text", { width: 1440, height: 900 }, "dark");
} finally {
  await built.close();
}

/**
 * Takes a screenshot of a piece with the explanation of one note.
 *
 * @param closeName file name of a second screenshot, of the arcs alone.
 */
async function piano(name, viewport, colorScheme, closeName) {
  const page = await built.open({ viewport, colorScheme });
  const sheet = page.getByRole("button", { name: "Controls" });
  if (await sheet.isVisible()) await sheet.click();
  await page.locator("#more > summary").click();
  await page.getByLabel("seed", { exact: true }).fill(SEED);
  await page.getByLabel("top-p", { exact: true }).fill("0.95");
  await page.locator("#more > summary").click();
  if (await sheet.isVisible()) await sheet.click();
  await page.getByRole("button", { name: "Play" }).click();
  // Plays until the music extends to the right edge.
  await page.locator('#roll[aria-label*="of 0:2"]').waitFor();
  await page.keyboard.press("Escape");
  const roll = page.locator("#roll");
  await roll.press("Home");
  for (let second = 0; second < 14; second += 1) await roll.press("ArrowRight");
  await roll.press("ArrowDown");
  await page.locator("#why:not([aria-busy]) #candidates li").first().waitFor();
  // Skips notes without likely alternatives.
  for (let note = 0; !(await isOpen(page)); note += 1) {
    if (note === MOST_NOTES) throw new Error(`none of ${note} notes had several candidates`);
    await roll.press("ArrowUp");
    await page.locator("#why:not([aria-busy])").waitFor();
  }
  await page.evaluate(() => {
    document.activeElement?.blur();
    // The speed depends on the machine, so it is removed.
    document.getElementById("figures").hidden = true;
  });
  await page.screenshot({ path: `${PICTURES}${name}.png` });
  if (closeName) await page.screenshot({ path: `${PICTURES}${closeName}.png`, clip: ARCS });
  await page.context().close();
}

/** Takes a screenshot of a text with the explanation of one token. */
async function text(name, viewport, colorScheme) {
  const page = await built.open({ viewport, colorScheme });
  await page.getByRole("button", { name: "Text", exact: true }).click();
  await page.getByRole("button", { name: "Write" }).click();
  await page.getByRole("button", { name: "Continue" }).waitFor();
  const words = page.locator("#tokens .token", { hasText: /^ [a-z]{4,}$/ });
  await words.nth((await words.count()) - 1).click();
  await page.locator("#text-candidates li").first().waitFor();
  await page.getByText("One head in numbers").click();
  await page.locator("#numbers-table tr").first().waitFor();
  await page.screenshot({ path: `${PICTURES}${name}.png` });
  await page.context().close();
}

/** Whether the note has several candidates, none with a probability above one half. */
function isOpen(page) {
  return page.locator("#candidates").evaluate((list) => {
    const percents = [...list.querySelectorAll(".candidate > span:last-child")].map(({ textContent }) =>
      parseFloat(textContent),
    );
    const words = [...list.querySelectorAll(".candidate-words")]
      .slice(0, 5)
      .map(({ textContent }) => textContent);
    return percents[0] < 40 && percents[3] > 5 && words.every((word) => /^[A-G][♯♭]?\d$/.test(word));
  });
}
