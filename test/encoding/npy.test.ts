import { expect, it } from "vitest";
import { writeNpy } from "../../encoding/index.ts";

it("writes a header of whole 64 bytes, then the matrix", () => {
  const file = writeNpy(Uint8Array.of(1, 0, 0, 1, 1, 0), [3, 2]);
  expect([...file.subarray(0, 10)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0, 118, 0]);
  const text = new TextDecoder().decode(file.subarray(10, 128));
  expect(text.trimEnd()).toBe("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2), }");
  expect(text.endsWith("\n")).toBe(true);
  expect([...file.subarray(128)]).toEqual([1, 0, 0, 1, 1, 0]);
});
