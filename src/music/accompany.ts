/** Accompaniment of a melody: converts the melody to a prompt, and the generated notes to a track of its score. */
import { addNotes, encodeScore, shiftNotes, type Score, type Vocabulary } from "../../encoding/index.ts";
import type { MelodyPrompt } from "./accompaniment-task.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import type { PerformanceEngine } from "./performance-engine.ts";
import { checkInstruments } from "./instruments.ts";
import { checkPort } from "./port.ts";
import { requireTask, TaskError } from "./task-error.ts";

/**
 * Generates an accompaniment for the notes of a score.
 *
 * @throws TaskError when the model was not trained for it, or the score has no notes; OptionError for an option out of
 * range; ChannelError when no channel is free for the new notes.
 */
export async function accompany(
  engine: PerformanceEngine,
  melody: Score,
  { port, ...options }: GenerateTrackOptions,
): Promise<GeneratedTrack> {
  requireTask(engine.config, "accompany");
  checkPort(port);
  checkInstruments(options.instruments);
  const { prompt, trimmedSeconds } = melodyPrompt(melody, engine.vocabulary);
  const { seed, events, notes } = await engine.accompany(prompt, options);
  return {
    score: addNotes(melody, shiftNotes(notes, trimmedSeconds), "Accompaniment", { port }),
    seed,
    events,
    notes: notes.length,
    seconds: prompt.seconds,
  };
}

/** The prompt of a melody, and the silence before its first note, which it omits. */
function melodyPrompt(
  melody: Score,
  vocabulary: Vocabulary,
): { readonly prompt: MelodyPrompt; readonly trimmedSeconds: number } {
  const { ids, notes, trimmedSeconds } = encodeScore(melody, vocabulary, { trimLeadingSilence: true });
  if (notes.length === 0) {
    throw new TaskError("the melody has no notes other than percussion", {
      code: "no-notes",
      hint: "give a MIDI file with a melody",
    });
  }
  const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
  return { prompt: { ids: [...ids], notes: shiftNotes(notes, 0), seconds }, trimmedSeconds };
}
