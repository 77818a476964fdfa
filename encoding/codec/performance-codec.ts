/** The codec of performance events: one sequence of ids for a piece. */
import { scoreFromNotes } from "../midi/index.ts";
import { decodePerformance, encodeScore, eventText, type Vocabulary } from "../performance/index.ts";
import type { IdWindow, MusicCodec } from "./codec.ts";

/** Performance events, without percussion: see `Vocabulary`. */
export function performanceCodec(vocabulary: Vocabulary): MusicCodec {
  return {
    name: vocabulary.name,
    size: vocabulary.size,
    summary: "performance events of a piano",
    ranges: vocabulary.ranges,
    isWindowed: false,
    hasPercussion: false,
    hasControls: false,

    encode(score, { trimLeadingSilence = false } = {}) {
      const { ids, notes, trimmedSeconds, droppedNotes } = encodeScore(score, vocabulary, {
        trimLeadingSilence,
        dropOutOfRange: true,
      });
      return {
        windows: [{ ids, startStep: 0 }],
        notes: notes.length,
        leftOut: {
          percussion: score.notes.filter((note) => note.isPercussion).length,
          pitches: droppedNotes,
          instruments: 0,
          seconds: trimmedSeconds,
        },
      };
    },

    decode: (windows) => scoreFromNotes(decodePerformance(joined(windows), vocabulary)),

    eventLines: (windows) => joined(windows).map((id) => eventText(vocabulary.event(id), vocabulary)),
  };
}

function joined(windows: readonly IdWindow[]): number[] {
  return windows.flatMap(({ ids }) => [...ids]);
}
