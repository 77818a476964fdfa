/** The commands that add music to a file: `accompany` and `infill`. */
import { pluralize } from "../../encoding/pluralize.ts";
import { type Score, writeMidi } from "../../encoding/index.ts";
import type { GeneratedTrack, MusicModel, GenerateTrackOptions } from "../music/index.ts";
import { samplingOf } from "../options.ts";
import { Console } from "./console.ts";
import { checkOutputs, checkWritable, readScore, writeOutput } from "./files.ts";
import { sayNewWarnings } from "./new-warnings.ts";
import { interruptSignal } from "./interrupt.ts";
import { requireMusicModel } from "./music-model.ts";
import { loadModel, type WritingCommandOptions } from "./writing-options.ts";

/**
 * Reads the file, runs the task, and writes the result.
 *
 * @param write runs the task.
 */
export async function writeInto(
  path: string,
  options: WritingCommandOptions,
  write: (model: MusicModel, score: Score, options: GenerateTrackOptions) => Promise<GeneratedTrack>,
): Promise<void> {
  checkOutputs(options);
  const console = new Console({ quiet: options.quiet ?? false });
  await checkWritable(options.out);
  await requireMusicModel(options.model, options, console);
  const given = await readScore(path, options, console);
  const model = await loadModel(options, console);
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  try {
    const { score, ...facts } = await write(model, given, {
      ...samplingOf(options),
      port: options.port,
      signal: interruptSignal(),
      onProgress: ({ events, seconds, of }) =>
        console.progress(
          () =>
            `${pluralize(events, "event")}, ${seconds.toFixed(1)} of ${of.toFixed(1)} s of music, ` +
            `${(seconds / elapsed()).toFixed(1)} × real time`,
        ),
    });
    const wallSeconds = elapsed();
    await writeOutput(options.out, writeMidi(score));
    sayNewWarnings(console, options.out, score, given);
    console.say(
      `${options.out}: ${pluralize(facts.notes, "new note")} in ${facts.seconds.toFixed(1)} s of music, ${pluralize(facts.events, "event")}, ` +
        `seed ${facts.seed}, model ${options.model}; took ${wallSeconds.toFixed(1)} s ` +
        `(${(facts.seconds / wallSeconds).toFixed(1)} × real time)`,
    );
    if (options.json) {
      const idsPerSecond = Math.round((facts.events / wallSeconds) * 10) / 10;
      console.result({ out: options.out, ...facts, idsPerSecond, model: options.model });
    }
  } finally {
    await model.dispose();
  }
}
