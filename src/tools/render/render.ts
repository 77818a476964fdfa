/** Renders a score as sound: a SoundFont synthesizer plays its channel messages at sample accuracy. */
import { type BasicSoundBank, SpessaLog, SpessaSynthProcessor } from "spessasynth_core";
import { type ChannelEvent, DRUM_CHANNEL, type Score, TempoMap } from "../../../encoding/index.ts";
import { RenderError } from "./errors.ts";
import { soundEndSeconds, type TimedEvent } from "./sound-end.ts";
import { maxFrames } from "../wav.ts";

export const SAMPLE_RATE = 44_100;
/** Left and right. */
export const CHANNELS = 2;

/** Time after the last note for the decay of strings and reverberation. */
const TAIL_SECONDS = 3;
/** Maximum number of frames that the synthesizer renders at once. */
const BLOCK_FRAMES = 128;
/** Number of frames of a part of the sound: one second. */
const PART_FRAMES = SAMPLE_RATE;

/** The synthesizer reserves headroom for sixteen loud instruments: without gain, one piano peaks at 0.2 to 0.3 of full scale. */
const GAIN = 2.5;

const ALL_NOTES_OFF = 123;
const SUSTAIN = 64;
const SOSTENUTO = 66;

/** A part of the sound: samples from −1 to 1, which loud music may exceed. */
export interface SoundPart {
  readonly left: Float32Array;
  readonly right: Float32Array;
}

export interface Rendering {
  /** Total number of frames, known before rendering. */
  readonly frames: number;
  /** Number of percussion notes that are omitted because the sound bank has no drums. */
  readonly silentDrums: number;
  /** Renders the sound in parts of one second. */
  readonly parts: () => AsyncGenerator<SoundPart, void>;
}

export interface RenderOptions {
  /** Gain in decibels. Default 0. */
  readonly gain?: number;
  /** Keep the silence between the last note and the end of the file. Default false. */
  readonly keepSilence?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Renders a score at 44.1 kHz, with a tail of 3 s: after its last note, pedals included, or with `keepSilence` after the end of the
 * file. A note that only a pedal sustains, or without a note-off, lasts at most 30 s.
 *
 * @throws RenderError when the sound exceeds the size of a WAV file.
 * @example
 * const { frames, parts } = renderScore(score, await loadSoundBank(bytes));
 * for await (const { left, right } of parts()) play(left, right);
 */
export function renderScore(score: Score, bank: BasicSoundBank, options: RenderOptions = {}): Rendering {
  const hasDrums = bank.presets.some(({ isDrum }) => isDrum);
  const events = channelEvents(score).filter(({ event }) => hasDrums || !isDrumEvent(event));
  const { durationSeconds } = score;
  const endSeconds = options.keepSilence ? durationSeconds : soundEndSeconds(events, durationSeconds);
  const frames = Math.ceil((endSeconds + TAIL_SECONDS) * SAMPLE_RATE);
  if (frames > maxFrames(CHANNELS)) {
    const hours = (endSeconds / 3600).toFixed(1);
    throw new RenderError(`the music is ${hours} h long; a WAV file can be at most 6.7 h`, {
      code: "too-long",
      hint: "render it in parts, or select fewer tracks with --tracks",
    });
  }
  const drums = score.notes.reduce((count, { isPercussion }) => count + Number(isPercussion), 0);
  return {
    frames,
    silentDrums: hasDrums ? 0 : drums,
    parts: () => soundParts(events, endSeconds, frames, bank, options),
  };
}

async function* soundParts(
  events: readonly TimedEvent[],
  endSeconds: number,
  frames: number,
  bank: BasicSoundBank,
  { gain = 0, signal }: RenderOptions,
): AsyncGenerator<SoundPart, void> {
  // Its warnings about missing presets do not help users.
  SpessaLog.setLogLevel(false, false, false);
  const synthesizer = new SpessaSynthProcessor(SAMPLE_RATE, {
    eventsEnabled: false,
    maxBufferSize: BLOCK_FRAMES,
  });
  await synthesizer.processorInitialized;
  synthesizer.soundBankManager.addSoundBank(bank, "main");
  synthesizer.setSystemParameter("autoAllocateVoices", true);
  synthesizer.setSystemParameter("gain", GAIN * 10 ** (gain / 20));
  const endFrame = frameOf(endSeconds);
  let next = 0;
  let isEnded = false;
  /** Sends the events up to a frame; returns the frame of the next event, Infinity after the last. */
  const advance = (frame: number): number => {
    let nextFrame = Infinity;
    for (; next < events.length; next += 1) {
      const { seconds, event } = events[next] ?? { seconds: Infinity };
      nextFrame = frameOf(seconds);
      if (nextFrame > frame) break;
      if (event) synthesizer.processMessage([event.status, event.data1, event.data2]);
      nextFrame = Infinity;
    }
    if (frame >= endFrame && !isEnded) {
      isEnded = true;
      releaseAll(synthesizer);
    }
    return isEnded ? nextFrame : Math.min(nextFrame, endFrame);
  };
  // The synthesizer is not destroyed afterwards, since that would destroy the sound bank too.
  for (let begin = 0; begin < frames; begin += PART_FRAMES) {
    signal?.throwIfAborted();
    const length = Math.min(PART_FRAMES, frames - begin);
    const [left, right] = [new Float32Array(length), new Float32Array(length)];
    for (let at = 0; at < length;) {
      const count = Math.min(BLOCK_FRAMES, length - at, advance(begin + at) - begin - at);
      synthesizer.process(left, right, at, count);
      at += count;
    }
    yield { left, right };
    // Yields to the event loop, for signals and timers.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** The channel messages of all tracks in order of time, as a player sends them. */
function channelEvents({ division, tracks }: Score): TimedEvent[] {
  const tempo = new TempoMap(division, tracks);
  return tracks
    .flatMap(({ events }) => events.filter((event) => event.kind === "channel"))
    .sort((a, b) => a.tick - b.tick)
    .map((event) => ({ seconds: tempo.seconds(event.tick), event }));
}

/** Ends all sounding notes, also those that a pedal sustains. */
function releaseAll(synthesizer: SpessaSynthProcessor): void {
  for (let channel = 0; channel < 16; channel += 1) {
    synthesizer.controllerChange(channel, SUSTAIN, 0);
    synthesizer.controllerChange(channel, SOSTENUTO, 0);
    synthesizer.controllerChange(channel, ALL_NOTES_OFF, 0);
  }
}

function isDrumEvent({ status }: ChannelEvent): boolean {
  return (status & 0x0f) === DRUM_CHANNEL;
}

function frameOf(seconds: number): number {
  return Math.round(seconds * SAMPLE_RATE);
}
