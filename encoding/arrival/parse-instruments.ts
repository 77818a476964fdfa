/** Instruments by name: General MIDI programs, families of programs, and drums. */
import { ArrivalError } from "./arrival-error.ts";
import { instrumentName } from "./instrument-names.ts";
import { DRUMS } from "./vocabulary.ts";

/** The names of the families of General MIDI 1 (RP-003), eight programs each, in order; the first is the official one. */
const FAMILIES: readonly (readonly string[])[] = [
  ["piano"],
  ["chromatic percussion", "mallets"],
  ["organ"],
  ["guitar"],
  ["bass"],
  ["strings"],
  ["ensemble", "choir"],
  ["brass"],
  ["reed", "reeds"],
  ["pipe", "pipes"],
  ["synth lead", "lead"],
  ["synth pad", "pad"],
  ["synth effects"],
  ["ethnic"],
  ["percussive"],
  ["sound effects"],
];
const FAMILY_SIZE = 8;
const PROGRAMS = 128;

/** The names of the families of General MIDI, in order of their programs, eight each. */
export const INSTRUMENT_FAMILIES: readonly string[] = FAMILIES.map(([first = ""]) => first);

/**
 * Parses a list of instruments, separated by commas: names of General MIDI programs or families, in upper or lower case; numbers of
 * programs, 0 to 127; "drums".
 *
 * @returns programs, 0–127, and 128 for drums.
 * @throws ArrivalError (`unknown-instrument`).
 * @example
 * parseInstruments("acoustic bass, drums"); // Set { 32, 128 }
 */
export function parseInstruments(text: string): ReadonlySet<number> {
  return new Set(text.split(",").flatMap((term) => instrumentsNamed(term.trim().toLowerCase(), term.trim())));
}

function instrumentsNamed(name: string, original: string): number[] {
  if (name === "drums") return [DRUMS];
  if (/^\d{1,3}$/.test(name) && Number(name) < PROGRAMS) return [Number(name)];
  const family = FAMILIES.findIndex((names) => names.includes(name));
  if (family >= 0) return Array.from({ length: FAMILY_SIZE }, (_, i) => family * FAMILY_SIZE + i);
  const programs = Array.from({ length: PROGRAMS }, (_, program) => program);
  const program = programs.find((candidate) => instrumentName(candidate).toLowerCase() === name);
  if (program !== undefined) return [program];
  const similar = programs
    .map(instrumentName)
    .filter((each) => name !== "" && each.toLowerCase().includes(name));
  throw new ArrivalError(
    original === "" ? "the list names no instrument" : `there is no instrument "${original}"`,
    {
      code: "unknown-instrument",
      hint:
        similar.length > 0
          ? `name one of: ${similar.join(", ")}`
          : `name drums, a family (${INSTRUMENT_FAMILIES.join(", ")}), a program of General MIDI, or its number from 0 to 127`,
    },
  );
}
