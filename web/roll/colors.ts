/** Reads the colors of style.css for the canvas. */
import { PARTS, SHADES } from "./note-layout.ts";

export interface Colors {
  readonly ground: string;
  readonly line: string;
  readonly octave: string;
  readonly faint: string;
  readonly accent: string;
  readonly whiteKey: string;
  readonly blackKey: string;
  readonly playhead: string;
  readonly selection: string;
  readonly ghost: string;
  readonly font: string;
  /** Primer notes, softest to loudest. */
  readonly primer: readonly string[];
  /** Infilled notes, softest to loudest. */
  readonly infilled: readonly string[];
  /** Generated notes, softest to loudest. */
  readonly generated: readonly string[];
  /** The notes of each instrument, softest to loudest; further instruments begin again with the first. */
  readonly parts: readonly (readonly string[])[];
}

/** Hues of the instruments in order of appearance, in degrees: those of the origins of piano notes first. */
const PART_HUES = [78, 235, 340, 150, 20, 290, 195, 115] as const;

/** The colors of an instrument by its place in the order of appearance. */
export function partColors({ parts }: Colors, part: number): readonly string[] {
  return parts[part % PARTS] ?? [];
}

/** Lightness and chroma of notes in OKLCH. */
export interface NoteTone {
  /** Lightness of the softest notes, 0 to 1. */
  readonly soft: number;
  /** Lightness of the loudest notes, 0 to 1. */
  readonly loud: number;
  readonly chroma: number;
}

/** The colors of notes of one hue, in degrees: `SHADES` CSS colors, softest to loudest, evenly spaced in lightness. */
export function noteShades(hue: number, { soft, loud, chroma }: NoteTone): string[] {
  return Array.from({ length: SHADES }, (_, shade) => {
    const lightness = soft + ((loud - soft) * shade) / (SHADES - 1);
    return `oklch(${lightness.toFixed(3)} ${chroma} ${hue})`;
  });
}

export function readColors(): Colors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const [soft, loud, chroma] = [
    Number(read("--note-soft")),
    Number(read("--note-loud")),
    Number(read("--note-chroma")),
  ];
  const tone = { soft, loud, chroma };
  const shades = (name: string): string[] => noteShades(Number(read(name)), tone);
  return {
    ground: read("--ground"),
    line: read("--line"),
    octave: read("--octave"),
    faint: read("--faint"),
    accent: read("--accent"),
    whiteKey: read("--white-key"),
    blackKey: read("--black-key"),
    playhead: read("--playhead"),
    selection: read("--selection"),
    ghost: read("--ghost"),
    font: style.fontFamily,
    primer: shades("--primer-hue"),
    infilled: shades("--infilled-hue"),
    generated: shades("--generated-hue"),
    parts: PART_HUES.map((hue) => noteShades(hue, tone)),
  };
}

/** Colors of the attention heads: hues evenly spaced, of equal lightness. */
export function headColor(head: number, heads: number, alpha = 1): string {
  const isLight = matchMedia("(prefers-color-scheme: light)").matches;
  return `oklch(${isLight ? 0.52 : 0.78} 0.16 ${Math.round((25 + (360 * head) / heads) % 360)} / ${alpha})`;
}
