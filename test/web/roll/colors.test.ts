import { expect, it } from "vitest";
import { noteShades } from "../../../web/roll/colors.ts";

it("spaces the lightness of notes evenly from softest to loudest", () => {
  const shades = noteShades(78, { soft: 0.54, loud: 0.88, chroma: 0.115 });
  expect(shades).toHaveLength(16);
  expect(shades.slice(0, 3)).toEqual([
    "oklch(0.540 0.115 78)",
    "oklch(0.563 0.115 78)",
    "oklch(0.585 0.115 78)",
  ]);
  expect(shades.at(-1)).toBe("oklch(0.880 0.115 78)");
});

it("makes loud notes darker on a light page", () => {
  const shades = noteShades(340, { soft: 0.71, loud: 0.4, chroma: 0.115 });
  expect([shades[0], shades.at(-1)]).toEqual(["oklch(0.710 0.115 340)", "oklch(0.400 0.115 340)"]);
});
