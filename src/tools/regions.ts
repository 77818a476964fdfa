/** Regions of a piece for infilling. */
import {
  INFILL_FRAME,
  INFILL_IDS,
  infillParts,
  type InfillParts,
  LONGEST_REGION_SECONDS,
  MIDDLE_IDS,
  type Note,
  PerformanceState,
  quantize,
  SHORTEST_REGION_SECONDS,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import type { ExampleRandom } from "./example-random.ts";

const MAX_ATTEMPTS = 20;

/**
 * Chooses a region with at least one note-on, and as much context as fits in an example. Its length is log-uniform.
 *
 * @param notes in order of onset.
 * @returns undefined where `MAX_ATTEMPTS` attempts find none.
 */
export function chooseRegion(
  notes: readonly Note[],
  vocabulary: Vocabulary,
  random: ExampleRandom,
): { readonly parts: InfillParts; readonly seconds: number } | undefined {
  const end =
    notes.reduce((latest, note) => Math.max(latest, quantize(note.endSeconds)), 0) / STEPS_PER_SECOND;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const seconds =
      SHORTEST_REGION_SECONDS * (LONGEST_REGION_SECONDS / SHORTEST_REGION_SECONDS) ** random.next();
    const from = random.next() * end;
    if (from + seconds > end) continue;
    const fromStep = Math.round(from * STEPS_PER_SECOND);
    const toStep = Math.round((from + seconds) * STEPS_PER_SECOND);
    const maxIds = INFILL_IDS - INFILL_FRAME;
    const parts = infillParts(notes, fromStep, toStep, maxIds, vocabulary);
    const { prefix, middle, suffix } = parts;
    const { onsets } = new PerformanceState(vocabulary, middle);
    if (onsets === 0 || middle.length > MIDDLE_IDS) continue;
    if (prefix.length + middle.length + suffix.length <= maxIds) return { parts, seconds };
  }
  return undefined;
}
