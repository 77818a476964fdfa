/** Accompaniment of a melody. */
import { addNotes, encodeScore, shiftNotes, type Score, type Vocabulary } from "../../encoding/index.ts";
import type { Decoder } from "../engine/index.ts";
import { AccompanimentTask } from "./accompaniment-task.ts";
import type { GeneratedTrack, GenerateTrackOptions } from "./generated-track.ts";
import { checkPort } from "./port.ts";
import { musicSampler } from "./sampler.ts";
import { requireTask, TaskError } from "./task-error.ts";
import { runTask } from "./generation-task.ts";

/**
 * Generates an accompaniment for the notes of a score.
 *
 * @throws TaskError when the model was not trained for it, or the score has no notes; OptionError for an option out of
 * range; ChannelError when no channel is free for the new notes.
 */
export async function accompany(
  decoder: Decoder,
  vocabulary: Vocabulary,
  melody: Score,
  options: GenerateTrackOptions,
): Promise<GeneratedTrack> {
  requireTask(decoder.config, "accompany");
  checkPort(options.port);
  const sampler = musicSampler(options, vocabulary);
  const { ids, notes, trimmedSeconds } = encodeScore(melody, vocabulary, { trimLeadingSilence: true });
  if (notes.length === 0) {
    throw new TaskError("the melody has no notes other than percussion", {
      code: "no-notes",
      hint: "give a MIDI file with a melody",
    });
  }
  const seconds = notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
  const task = new AccompanimentTask(vocabulary, ids, notes);
  await runTask(decoder, task, sampler, seconds, options);
  const generated = task.finish();
  return {
    score: addNotes(melody, shiftNotes(generated, trimmedSeconds), "Accompaniment", { port: options.port }),
    seed: sampler.seed,
    events: task.events,
    notes: generated.length,
    seconds,
  };
}
