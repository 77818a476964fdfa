/** The codec of arrival times: windows of triples, for music of several instruments. */
import {
  type ArrivalEvent,
  type ArrivalNote,
  arrivalNotes,
  arrivalScore,
  type ArrivalVocabulary,
  decodeArrival,
  encodeArrivalNotes,
  eventLine,
} from "../arrival/index.ts";
import { pluralize } from "../pluralize.ts";
import { isSelected, type Score, type TrackSelection } from "../midi/index.ts";
import type { IdWindow, MusicCodec } from "./codec.ts";

const STEPS_PER_SECOND = 100;

/** Arrival times of notes of all instruments: see `ArrivalVocabulary`. */
export function arrivalCodec(vocabulary: ArrivalVocabulary): MusicCodec {
  const eventsOf = ({ ids, startStep }: IdWindow): ArrivalEvent[] =>
    decodeArrival(ids, startStep, vocabulary);
  return {
    name: vocabulary.name,
    size: vocabulary.size,
    summary: `arrival times of ${pluralize(vocabulary.instruments.length, "instrument")}, in triples of onset, duration and note`,
    ranges: vocabulary.ranges,
    isWindowed: true,
    hasPercussion: true,
    hasControls: true,

    encode(score, { trimLeadingSilence = false, controls, windowIds } = {}) {
      const all = notesWithControls(score, controls, vocabulary);
      const known = all.filter(({ instrument }) => vocabulary.hasInstrument(instrument));
      const firstStep = trimLeadingSilence ? earliest(known) : 0;
      const notes = known.map((note) => ({ ...note, onsetStep: note.onsetStep - firstStep }));
      return {
        windows: encodeArrivalNotes(notes, { vocabulary, windowIds }),
        notes: notes.length,
        leftOut: {
          percussion: 0,
          pitches: 0,
          instruments: all.length - known.length,
          seconds: firstStep / STEPS_PER_SECOND,
        },
      };
    },

    decode: (windows) => arrivalScore(windows.flatMap(eventsOf)),

    eventLines: (windows) =>
      windows.flatMap((window) => [windowLine(window, vocabulary), ...eventsOf(window).map(eventLine)]),
  };
}

/** The notes of a score; those of the selected tracks are controls. */
function notesWithControls(
  score: Score,
  controls: TrackSelection | undefined,
  vocabulary: ArrivalVocabulary,
): ArrivalNote[] {
  if (!controls) return arrivalNotes(score, { vocabulary });
  return [false, true].flatMap((isControl) => {
    const notes = score.notes.filter((note) => isSelected(note, controls) === isControl);
    return arrivalNotes({ notes }, { vocabulary }).map((note) => ({ ...note, isControl }));
  });
}

function earliest(notes: readonly ArrivalNote[]): number {
  const step = notes.reduce((least, { onsetStep }) => Math.min(least, onsetStep), Infinity);
  return step === Infinity ? 0 : step;
}

function windowLine({ ids, startStep }: IdWindow, { anticipate }: ArrivalVocabulary): string {
  const seconds = (startStep / STEPS_PER_SECOND).toFixed(2);
  return `window from ${seconds} s${ids[0] === anticipate ? ", with controls" : ""}`;
}
