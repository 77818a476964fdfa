import { join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import type { TrackSelection } from "../../encoding/index.ts";
import { packageRoot } from "../platform/node/index.ts";
import type { Rendering } from "../tools/render/index.ts";
import { pcm16, wavHeader } from "../tools/wav.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { checkOutputs, checkWritable, readInput, readScore, writeOutput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { TRACKS_HELP, trackSelection } from "./values.ts";

interface RenderCommandOptions {
  readonly out: string;
  readonly soundfont?: string;
  readonly gain: number;
  readonly keepSilence?: boolean;
  readonly tracks?: TrackSelection;
  readonly lenient?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The included sound font. */
const PIANO = "sounds/piano.sf3";

/** Largest absolute value of --gain, in decibels. */
const MOST_DECIBELS = 40;

export function addRenderCommand(program: Command): void {
  program
    .command("render")
    .summary("turn a MIDI file into an audio file")
    .description(
      "Renders a MIDI file as a stereo WAV file (44.1 kHz, 16 bits). Without --soundfont, all instruments sound as the " +
        "included grand piano and percussion is omitted. The sound ends 3 s after the last note.",
    )
    .argument("<file>", 'MIDI file; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'WAV file to write; "-" writes stdout')
    .option(
      "--soundfont <file>",
      "sound font with the instruments: a .sf2, .sf3 or .dls file (default: the included grand piano)",
    )
    .option("--gain <dB>", "change of the loudness: above 0 louder, below 0 softer", decibels, 0)
    .option("--keep-silence", "keep the silence after the last note, up to the end of the MIDI file")
    .option("--tracks <list>", TRACKS_HELP, trackSelection)
    .option("--lenient", "read the undamaged parts of a damaged file")
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato render piece.mid --out piece.wav\n" +
        "  ostinato render song.mid --soundfont orchestra.sf2 --out song.wav\n" +
        "  ostinato generate --seconds 20 --out - | ostinato render - --out - | aplay",
    )
    .action(runRender);
}

async function runRender(path: string, options: RenderCommandOptions): Promise<void> {
  const { out, soundfont, gain, keepSilence = false } = options;
  checkOutputs(options);
  if (path === "-" && soundfont === "-")
    throw new UsageError("the MIDI file and --soundfont both read stdin", "name a file for one of them");
  const console = new Console({ quiet: options.quiet ?? false });
  await checkWritable(out);
  const score = await readScore(path, options, console);
  // Imported here, because only this command needs the synthesizer.
  const { CHANNELS, loadSoundBank, RenderError, renderScore, SAMPLE_RATE } =
    await import("../tools/render/index.ts");
  const fontPath = soundfont ?? join(packageRoot(), PIANO);
  const fontBytes = await readInput(fontPath);
  const bank = await loadSoundBank(fontBytes).catch((error: unknown) => {
    throw error instanceof RenderError
      ? new CommandError(`${fontPath}: ${error.message}`, error.hint)
      : error;
  });
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const rendering = renderScore(score, bank, { gain, keepSilence, signal: interruptSignal() });
  if (rendering.silentDrums > 0) {
    console.say(
      `${path}: ${pluralize(rendering.silentDrums, "note")} of percussion omitted (the sound font has no drums)`,
    );
  }
  const seconds = rendering.frames / SAMPLE_RATE;
  const wav = new WavStream(rendering, (done) =>
    console.progress(() => {
      const at = done / SAMPLE_RATE;
      return `${at.toFixed(0)} of ${seconds.toFixed(0)} s of sound, ${(at / elapsed()).toFixed(1)} × real time`;
    }),
  );
  await writeOutput(out, wav.bytes(SAMPLE_RATE, CHANNELS));
  const peak = wav.peak === 0 ? "silence" : `peak ${(20 * Math.log10(wav.peak)).toFixed(1)} dB`;
  const wallSeconds = elapsed();
  console.say(
    `${out}: ${seconds.toFixed(1)} s of sound, ${pluralize(score.notes.length - rendering.silentDrums, "note")}, ${peak}; ` +
      `took ${wallSeconds.toFixed(1)} s (${(seconds / wallSeconds).toFixed(1)} × real time)`,
  );
  if (wav.peak > 1) {
    const excess = Math.ceil(20 * Math.log10(wav.peak));
    console.say(`the loudest parts are clipped; --gain ${gain - excess} avoids it`);
  }
  if (!options.json) return;
  const { frames, silentDrums } = rendering;
  console.result({
    out,
    seconds,
    frames,
    notes: score.notes.length - silentDrums,
    silentDrums,
    peak: wav.peak,
  });
}

/** Streams a rendering as the bytes of a WAV file. */
class WavStream {
  /** The largest absolute sample so far; samples above 1 are clipped. */
  peak = 0;
  readonly #rendering: Rendering;
  readonly #onProgress: (frames: number) => void;

  constructor(rendering: Rendering, onProgress: (frames: number) => void) {
    this.#rendering = rendering;
    this.#onProgress = onProgress;
  }

  async *bytes(sampleRate: number, channels: number): AsyncGenerator<Uint8Array, void> {
    yield wavHeader(this.#rendering.frames, channels, sampleRate);
    let frames = 0;
    for await (const { left, right } of this.#rendering.parts()) {
      for (const channel of [left, right]) {
        this.peak = channel.reduce((most, value) => Math.max(most, Math.abs(value)), this.peak);
      }
      yield pcm16([left, right]);
      frames += left.length;
      this.#onProgress(frames);
    }
  }
}

function decibels(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Math.abs(value) <= MOST_DECIBELS) return value;
  throw new InvalidArgumentError(`Must be a number from -${MOST_DECIBELS} to ${MOST_DECIBELS}.`);
}
