import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * Targets of at least 24 px, which axe checks on request only. The tokens of a text are exempt (WCAG 2.5.8, "Inline"): room
 * around each would tear the text apart.
 */
const TARGETS = { rules: [{ id: "target-size", enabled: true, selector: "*:not(.token)" }] };
/** The rules that depend on colors. */
const COLORS = ["color-contrast", "link-in-text-block"];

/** The serious and critical violations found by axe. Those of colors with dark and with light ones. */
export async function findingsInBoth(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: "light" });
  const light = await findings(page, COLORS);
  await page.emulateMedia({ colorScheme: "dark" });
  return [...light.map((finding) => `light: ${finding}`), ...(await findings(page))];
}

/**
 * The serious and critical violations found by axe.
 *
 * @param rules - the rules to check; all by default
 */
export async function findings(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) {
    await page.evaluate(axe);
    await page.evaluate((targets) => Reflect.get(globalThis, "axe").configure(targets), TARGETS);
  }
  return page.evaluate(async (runOnly) => {
    // Passed checks are not collected.
    const options = { resultTypes: ["violations"], ...(runOnly && { runOnly }) };
    const found = await Reflect.get(globalThis, "axe").run(options);
    return found.violations
      .filter(({ impact }: { impact: string }) => ["serious", "critical"].includes(impact))
      .flatMap(({ id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
      );
  }, rules);
}
