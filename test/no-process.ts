/** Unit tests start no process, so that they need no build. */
import { vi } from "vitest";

vi.mock("node:child_process", () => {
  throw new Error("a unit test starts no process: list its file in vitest.config.ts among those of `cli`");
});
