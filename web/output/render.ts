/** Renders a piece as a WAV file, faster than real time, with the samples of the playback. */
import { Gain, getDestination, Limiter, Offline } from "tone";
import type { Note } from "../../encoding/index.ts";
import { type SampleSet, Voices } from "../sound/voices.ts";
import { encodeWav } from "../../src/tools/wav.ts";

const SAMPLE_RATE = 44_100;
/** Time for the last notes to decay. */
const TAIL_SECONDS = 2;
/** Maximum length, limited by memory. */
export const LONGEST_RENDER_SECONDS = 15 * 60;

/** @returns the bytes of a `.wav` file. */
export async function renderWav(
  notes: readonly Note[],
  samples: SampleSet,
): Promise<Uint8Array<ArrayBuffer>> {
  const end = notes.reduce((latest, { endSeconds }) => Math.max(latest, endSeconds), 0);
  const changes = notes
    .flatMap(({ pitch, velocity, startSeconds, endSeconds }) => [
      { seconds: startSeconds, pitch, velocity },
      { seconds: endSeconds, pitch, velocity: 0 },
    ])
    .sort((a, b) => a.seconds - b.seconds || a.velocity - b.velocity);
  const sound = await Offline(
    () => {
      const gain = new Gain(0.5);
      gain.chain(new Limiter(-3), getDestination());
      const voices = new Voices(samples, gain);
      for (const { seconds, pitch, velocity } of changes) {
        if (velocity > 0) voices.noteOn(pitch, velocity, seconds);
        else voices.noteOff(pitch, seconds);
      }
    },
    end + TAIL_SECONDS,
    2,
    SAMPLE_RATE,
  );
  const channels = Array.from({ length: sound.numberOfChannels }, (_, channel) =>
    sound.getChannelData(channel),
  );
  return encodeWav(channels, SAMPLE_RATE);
}
