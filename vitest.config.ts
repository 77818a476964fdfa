import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: "test/temporary-folder.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Of a page that is asked again and again until it shows something: it may be a busy machine's.
    expect: { poll: { timeout: 20_000 } },
  },
});
