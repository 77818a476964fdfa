import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";

/** The browser that the files of a run share. Closing it closes only what was opened through it. */
export function connectChromium(): Promise<Browser> {
  return chromium.connect(inject("chromiumAddress"));
}
