/** Encodes one MIDI file of a dataset folder as windows of arrival times; runs in a worker. */
import {
  type ArrivalNote,
  arrivalNotes,
  type ArrivalVocabulary,
  type ArrivalWindow,
  DRUMS,
  encodeArrivalNotes,
  readMidi,
  type ReadMidiOptions,
  type Score,
  type ScoreNote,
} from "../../../encoding/index.ts";
import { MIDI_EXTENSIONS } from "../../../encoding/midi/index.ts";
import { ExampleRandom } from "../example-random.ts";
import { COPY_KINDS, withControls } from "./copies.ts";
import { type EncodedPiece, EmptyPieceError, type PieceEncoder } from "./encode-piece.ts";

/** The instrument for the notes of the tracks with a name, for files such as those of POP909, which have one program for all parts. */
export interface TrackPart {
  readonly track: string;
  /** A General MIDI program, or 128 for drums. */
  readonly instrument: number;
}

/** Encodes MIDI files as windows; silence before the first note, and instruments that the vocabulary lacks, are omitted. */
export function windowEncoder(
  vocabulary: ArrivalVocabulary,
  options: ReadMidiOptions & { readonly parts?: readonly TrackPart[] | undefined },
): PieceEncoder {
  const { name, size, ranges, autoregress, anticipate } = vocabulary;
  return {
    extensions: MIDI_EXTENSIONS,
    vocabulary: {
      name,
      size,
      ranges: ranges.map((range) => ({ ...range, minimum: 0 })),
      startId: null,
      startIds: [autoregress, anticipate],
      endId: null,
      padId: null,
    },
    encode(bytes, request) {
      const scoreNotes = withInstruments(readMidi(bytes, options), options.parts ?? []);
      const notes = knownNotes(arrivalNotes({ notes: scoreNotes }, { vocabulary }), vocabulary);
      const kind = COPY_KINDS.find((each) => each === request?.kind) ?? "plain";
      const random = new ExampleRandom(...(request?.randomKey ?? [0, 0, 0]));
      const windows = encodeArrivalNotes(withControls(notes, kind, random), { vocabulary });
      return windows.map((window) => describeWindow(window, vocabulary));
    },
  };
}

/** The notes with the instruments of their parts. */
function withInstruments({ notes, tracks }: Score, parts: readonly TrackPart[]): readonly ScoreNote[] {
  if (parts.length === 0) return notes;
  const byTrack = tracks.map(({ name }) => parts.find((part) => part.track === name)?.instrument);
  return notes.map((note) => {
    const instrument = byTrack[note.track];
    if (instrument === undefined) return note;
    const isPercussion = instrument === DRUMS;
    return { ...note, isPercussion, program: isPercussion ? 0 : instrument };
  });
}

/** The notes of instruments in the vocabulary, from the first one on. @throws EmptyPieceError for a piece without such notes. */
function knownNotes(notes: readonly ArrivalNote[], vocabulary: ArrivalVocabulary): ArrivalNote[] {
  const known = notes.filter(({ instrument }) => vocabulary.hasInstrument(instrument));
  const firstStep = known[0]?.onsetStep;
  if (firstStep === undefined) {
    throw new EmptyPieceError(
      notes.length === 0 ? "no notes" : `no notes of the instruments of ${vocabulary.name}`,
      { code: "no-notes", hint: "omit the file, or use one with notes of these instruments" },
    );
  }
  return known.map((note) => ({ ...note, onsetStep: note.onsetStep - firstStep }));
}

/** The ids of a window, its notes, controls included, and the time from its first onset to its last. */
function describeWindow({ ids }: ArrivalWindow, vocabulary: ArrivalVocabulary): EncodedPiece {
  let [notes, lastStep] = [0, 0];
  for (let at = 1; at < ids.length; at += 3) {
    const onset = vocabulary.meaning(ids[at]!);
    const { kind } = vocabulary.meaning(ids[at + 2]!);
    if (kind === "NOTE" || kind === "CONTROL_NOTE") notes += 1;
    lastStep = Math.max(lastStep, onset.value);
  }
  return { ids, notes, seconds: lastStep / 100 };
}
