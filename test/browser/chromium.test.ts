import { expect, it, vi } from "vitest";
import { hasChromium } from "./chromium.ts";

it("skips the tests with one line without a browser, or fails where they are required", () => {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    expect(hasChromium("/nowhere/chromium", false)).toBe(false);
    expect(write.mock.calls).toEqual([
      [expect.stringMatching(/^skipped: no Chromium at \/nowhere\/chromium: .+\n$/)],
    ]);
    expect(() => hasChromium("/nowhere/chromium", true)).toThrow("apt-get install chromium");
    expect(hasChromium(process.execPath, true)).toBe(true);
  } finally {
    write.mockRestore();
  }
});
