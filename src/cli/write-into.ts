/** The commands that add music to a file: `accompany` and `infill`. */
import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import { type Score, writeMidi } from "../../encoding/index.ts";
import {
  BandModel,
  type GeneratedTrack,
  type GenerateTrackOptions,
  type MusicModel,
} from "../music/index.ts";
import { samplingOf } from "../options.ts";
import type { DraftModel } from "../engine/index.ts";
import { loadBandModel, loadMusicModel } from "../platform/node/index.ts";
import { bandSampling, checkKindOptions, loadBand } from "./band-options.ts";
import { Console } from "./console.ts";
import { withDraftModel } from "./draft-model.ts";
import { checkOutputs, checkWritable, readScore, writeOutput } from "./files.ts";
import { sayVelocities } from "./loudness.ts";
import { sayNewWarnings } from "./new-warnings.ts";
import { interruptSignal } from "./interrupt.ts";
import { type MusicKind, requireMusicModel } from "./music-model.ts";
import { sayNoNotes } from "./no-notes.ts";
import { outputPaths } from "./variations-option.ts";
import { loadModel, type WritingCommandOptions } from "./writing-options.ts";

interface AddedMusicTask {
  /** Checks the options before the model is loaded. */
  readonly check?: (kind: MusicKind) => void;
  readonly run: (
    model: MusicModel | BandModel,
    score: Score,
    options: GenerateTrackOptions,
  ) => Promise<GeneratedTrack>;
}

export interface AddingCommandOptions extends WritingCommandOptions {
  readonly variations?: number;
}

/** Reads the file, runs the task, for each variation once, and writes the results. */
export async function writeInto(
  path: string,
  options: AddingCommandOptions,
  command: Command,
  { check, run }: AddedMusicTask,
): Promise<void> {
  checkOutputs(options);
  const console = new Console({ quiet: options.quiet ?? false });
  const outs = outputPaths(options);
  for (const out of outs) await checkWritable(out);
  const kind = await requireMusicModel(options.model, options, console);
  checkKindOptions(kind, options);
  check?.(kind);
  const given = await readScore(path, { ...options, keepsPercussion: kind === "arrival" }, console);
  const model = await (kind === "arrival" ? loadBand(options, console) : loadModel(options, console));
  const generate = async (draftModel: DraftModel | undefined): Promise<void> => {
    let { seed } = options;
    for (const out of outs) {
      const started = performance.now();
      const elapsed = (): number => (performance.now() - started) / 1000;
      const { score, velocities, ...facts } = await run(model, given, {
        ...(model instanceof BandModel ? bandSampling(options, command) : samplingOf(options)),
        seed,
        instruments: options.instruments,
        port: options.port,
        draftModel,
        signal: interruptSignal(),
        onProgress: ({ events, seconds, of }) =>
          console.progress(
            () =>
              `${pluralize(events, "event")}, ${seconds.toFixed(1)} of ${of.toFixed(1)} s of music, ` +
              `${(seconds / elapsed()).toFixed(1)} × real time`,
          ),
      });
      await writeOutput(out, writeMidi(score));
      sayNewWarnings(console, out, score, given);
      if (out === outs[0]) sayVelocities(console, velocities);
      report(console, { out, wallSeconds: elapsed() }, facts, options);
      seed = facts.seed + 1;
    }
  };
  try {
    const load = kind === "arrival" ? loadBandModel : loadMusicModel;
    await withDraftModel(model, load, options, console, generate);
  } finally {
    await model.dispose();
  }
}

/** Reports a written piece. */
function report(
  console: Console,
  { out, wallSeconds }: { readonly out: string; readonly wallSeconds: number },
  facts: Omit<GeneratedTrack, "score" | "velocities">,
  { model, json }: AddingCommandOptions,
): void {
  console.say(
    `${out}: ${pluralize(facts.notes, "new note")} in ${facts.seconds.toFixed(1)} s of music, ${pluralize(facts.events, "event")}, ` +
      `seed ${facts.seed}, model ${model}; took ${wallSeconds.toFixed(1)} s ` +
      `(${(facts.seconds / wallSeconds).toFixed(1)} × real time)`,
  );
  sayNoNotes(console, out, facts.notes);
  if (!json) return;
  const idsPerSecond = Math.round((facts.events / wallSeconds) * 10) / 10;
  console.result({ out, ...facts, idsPerSecond, model });
}
