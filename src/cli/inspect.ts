import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  type Compatibility,
  encodeScore,
  PERFORMANCE_388,
  pitchName,
  type Score,
  type ScoreNote,
  type TrackSelection,
} from "../../encoding/index.ts";
import { isMidiPath } from "../../encoding/midi/index.ts";
import { GPT2_SIZES } from "../../models/index.ts";
import { hubModelOf, shippedFolder } from "../platform/node/index.ts";
import { Console } from "./console.ts";
import { commandIo } from "./io.ts";
import { describeTempo } from "./describe-tempo.ts";
import { UsageError } from "./errors.ts";
import { readScore } from "./files.ts";
import { inspectedConfig, showModel } from "./inspect-model.ts";
import { chosenCodec, codecOption, filesOptions, offlineOption, revisionOption } from "./model-options.ts";
import { folderOfModelFile } from "./model-file.ts";
import { terminalRoll } from "./terminal-roll.ts";
import { compatibilityOption, TRACKS_HELP, trackSelection } from "./values.ts";

interface InspectCommandOptions {
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly tracks?: TrackSelection;
  readonly codec?: string;
  readonly offline?: boolean;
  readonly revision?: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addInspectCommand(program: Command): void {
  program
    .command("inspect")
    .summary("show the contents of a MIDI file or of a model")
    .description(
      "Shows the tracks, tempo, notes, length, pedal use and warnings of a MIDI file, with a small piano roll. For a " +
        "model, it shows the tensors of each block and the memory they need. The sizes of GPT-2 need no download.",
    )
    .argument(
      "<file or model>",
      `MIDI file ("-" reads stdin); or an included model, ${[...GPT2_SIZES.keys()].join(", ")}, a folder, or a name on the Hugging Face hub`,
    )
    .option("--tracks <list>", TRACKS_HELP, trackSelection)
    .option("--lenient", "read the undamaged parts of a damaged file")
    .addOption(compatibilityOption())
    .addOption(codecOption())
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print only the facts")
    .option("--json", "print the facts as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n  ostinato inspect piece.mid\n  ostinato inspect piece.mid --json\n  ostinato inspect gpt2",
    )
    .action(runInspect);
}

async function runInspect(path: string, options: InspectCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  const model = await modelOf(path);
  if (model !== undefined) {
    checkUsage(options);
    if (model !== path) console.say(`${path} is a file of the model in ${model}`);
    const config = await inspectedConfig(model, filesOptions(options, console));
    showModel(model, config, { codec: chosenCodec(options), json: options.json ?? false }, console);
    return;
  }
  for (const key of ["codec", "revision"] as const) {
    if (options[key] !== undefined) throw new UsageError(`--${key} is for models`, "omit this option");
  }
  const score = await readScore(path, options, new Console({ quiet: true }));
  const facts = describe(score);
  if (options.json) {
    console.result({ path, ...facts });
    return;
  }
  console.line(
    `${path}: ${facts.seconds.toFixed(1)} s, ${pluralize(facts.notes, "note")}, division ${facts.division}`,
  );
  console.line(
    `encoded: ${pluralize(facts.ids, "id")}, ${facts.idsPerSecond.toFixed(1)} a second, first note at ${facts.firstNoteSeconds.toFixed(2)} s`,
  );
  console.line(`tempo:   ${facts.tempo}`);
  console.line(
    `pedal:   ${facts.pedalPresses === 0 ? "not used" : `pressed ${pluralize(facts.pedalPresses, "time")}`}`,
  );
  for (const track of facts.tracks) {
    const instruments = track.instruments.map((one) =>
      one.isDrums
        ? `channel ${one.channel} percussion, ${pluralize(one.notes, "note")} (not encoded)`
        : `channel ${one.channel} program ${one.program}, ${pluralize(one.notes, "note")} ${one.lowest} to ${one.highest}`,
    );
    console.line(`track ${track.index}: ${[JSON.stringify(track.name), ...instruments].join("; ")}`);
  }
  for (const warning of score.warnings) console.line(`warning: ${warning}`);
  if (score.notes.length > 0) {
    for (const line of terminalRoll(score.notes, Math.min(100, commandIo().stdout.columns ?? 80) - 2))
      console.line(`  ${line}`);
  }
}

/** The model that an argument names; undefined for a MIDI file. */
async function modelOf(path: string): Promise<string | undefined> {
  if (await isFile(path)) return path === "-" ? undefined : folderOfModelFile(path);
  return isModel(path) ? path : undefined;
}

/** A file takes precedence over a model of the same name. */
async function isFile(path: string): Promise<boolean> {
  return path === "-" || ((await stat(path).catch(() => undefined))?.isFile() ?? false);
}

function isModel(name: string): boolean {
  const isElsewhere = hubModelOf(name) !== undefined || /^https?:\/\//.test(name);
  const isModelElsewhere = isElsewhere && !isMidiPath(name); // a missing MIDI file is not a hub model
  return existsSync(name) || GPT2_SIZES.has(name) || shippedFolder(name) !== undefined || isModelElsewhere;
}

function checkUsage({ tracks, lenient, compatibility }: InspectCommandOptions): void {
  for (const [flag, value] of Object.entries({
    "--tracks": tracks,
    "--lenient": lenient,
    "--compatibility": compatibility,
  })) {
    if (value !== undefined) throw new UsageError(`${flag} is for MIDI files`, "omit this option");
  }
}

/** The facts of a score for `--json`. Channels and programs count from 0. */
function describe(score: Score) {
  const { ids } = encodeScore(score, PERFORMANCE_388);
  const notesByTrack: ScoreNote[][] = score.tracks.map(() => []);
  for (const note of score.notes) notesByTrack[note.track]?.push(note);
  const lastSeconds = score.notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0);
  const firstSeconds = score.notes.reduce((first, note) => Math.min(first, note.startSeconds), Infinity);
  const firstNoteSeconds = score.notes.length === 0 ? 0 : firstSeconds;
  return {
    seconds: score.durationSeconds,
    notes: score.notes.length,
    division:
      score.division.kind === "quarter"
        ? `${score.division.ticksPerQuarter} ticks a quarter`
        : `${score.division.framesPerSecond.toFixed(2)} frames a second of ${score.division.ticksPerFrame} ticks`,
    firstNoteSeconds,
    ids: ids.length,
    idsPerSecond: ids.length / Math.max(lastSeconds - firstNoteSeconds, 0.01),
    tempo: describeTempo(score),
    pedalPresses: countPedalDowns(score),
    tracks: score.tracks.map((track, index) => ({
      index,
      name: track.name,
      instruments: instrumentsOf(notesByTrack[index] ?? []),
    })),
    warnings: score.warnings,
  };
}

/** Number of times that the pedal goes down, on all channels. */
function countPedalDowns(score: Score): number {
  const down = new Map<number, boolean>();
  let count = 0;
  for (const { channel, isDown } of score.pedal) {
    if (isDown && !down.get(channel)) count += 1;
    down.set(channel, isDown);
  }
  return count;
}

function instrumentsOf(notesOfTrack: readonly ScoreNote[]) {
  const byInstrument = new Map<number, ScoreNote[]>();
  for (const note of notesOfTrack) {
    const instrument = (note.channel * 128 + note.program) * 2 + Number(note.isPercussion);
    const others = byInstrument.get(instrument);
    if (others) others.push(note);
    else byInstrument.set(instrument, [note]);
  }
  return [...byInstrument.values()].map((notes) => {
    const pitches = notes.map((note) => note.pitch);
    const { channel = 0, program = 0, isPercussion = false } = notes[0] ?? {};
    return {
      channel,
      program,
      isDrums: isPercussion,
      notes: notes.length,
      lowest: pitchName(pitches.reduce((a, b) => Math.min(a, b), 127)),
      highest: pitchName(pitches.reduce((a, b) => Math.max(a, b), 0)),
    };
  });
}
