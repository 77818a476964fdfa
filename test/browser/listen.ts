import type { Page } from "playwright-core";

/** Adds a script to further pages that measures their audio output, and records it if `pitches` is to be asked. */
export async function listenToAudio(page: Page, isRecorded: boolean): Promise<void> {
  await page.addInitScript(measureAudio, isRecorded);
}

/** Runs in the page, before its own scripts. */
export function measureAudio(isRecorded = false): void {
  const contexts: AudioContext[] = [];
  const analysers: AnalyserNode[] = [];
  const recorders: Promise<AudioWorkletNode>[] = [];
  const stalls: Stall[] = [];
  /** Notes when the page had no turn for longer than it plans ahead. */
  const watch = (context: BaseAudioContext): void => {
    let last = context.currentTime;
    setInterval(() => {
      const now = context.currentTime;
      if (now - last > 0.05) stalls.push({ from: last, to: now });
      last = now;
    }, 10);
  };
  const connect = AudioNode.prototype.connect;
  // Both of the method's forms pass through here, so its types do not apply.
  Object.defineProperty(AudioNode.prototype, "connect", {
    value: function (this: AudioNode, ...parameters: unknown[]): unknown {
      const [target] = parameters;
      if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
        contexts.push(this.context);
        watch(this.context);
        const analyser = this.context.createAnalyser();
        analyser.fftSize = 32_768;
        analysers.push(analyser);
        Reflect.apply(connect, this, [analyser]);
        if (isRecorded)
          recorders.push(
            this.context.audioWorklet.addModule("recorder/recorder.js").then(() => {
              const recorder = new AudioWorkletNode(this.context, "recorder", {
                numberOfOutputs: 0,
                channelCount: 1,
                channelCountMode: "explicit",
              });
              Reflect.apply(connect, this, [recorder]);
              return recorder;
            }),
          );
      }
      return Reflect.apply(connect, this, parameters);
    },
  });
  Object.defineProperty(globalThis, "stallsOfThePage", { value: stalls });
  Object.defineProperty(globalThis, "recordersOfThePage", {
    value: async () => void (await Promise.all(recorders)),
  });
  Object.defineProperty(globalThis, "recordingOfThePage", {
    value: async () => {
      const [recorder] = await Promise.all(recorders);
      if (!recorder) throw new Error("nothing is recorded");
      return new Promise((resolve) => {
        recorder.port.addEventListener("message", ({ data }) => resolve(data), { once: true });
        recorder.port.start();
        recorder.port.postMessage("end");
      });
    },
  });
  Object.defineProperty(globalThis, "audioOfThePage", { value: contexts });
  Object.defineProperty(globalThis, "loudnessOfThePage", {
    value: () =>
      analysers.reduce((loudest, analyser) => {
        const samples = new Float32Array(analyser.fftSize);
        analyser.getFloatTimeDomainData(samples);
        const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
        return Math.max(loudest, Math.sqrt(power));
      }, 0),
  });
}

/** Root mean square of the last 0.7 seconds of audio output. */
export async function loudness(page: Page): Promise<number> {
  return Number(await page.evaluate("loudnessOfThePage()"));
}

/** Waits for a number of seconds of audio output, which take longer on a busy machine. */
export async function heardFor(page: Page, seconds: number): Promise<void> {
  const now = Number(await page.evaluate("audioOfThePage[0].currentTime"));
  await heardUntil(page, now + seconds);
}

/** Waits until a time of the audio clock, in seconds. */
export async function heardUntil(page: Page, seconds: number): Promise<void> {
  await page.evaluate(async (until) => {
    const [context] = Reflect.get(globalThis, "audioOfThePage");
    while (context.currentTime < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }, seconds);
}

/** How strong some pitches are in all that went to the loudspeakers, a hundred times a second; it ends the recording. */
export async function pitches(page: Page, frequencies: readonly number[]): Promise<HeardPitches[]> {
  return page.evaluate(
    async ([wanted, window]) => {
      const { samples, from } = await Reflect.get(globalThis, "recordingOfThePage")();
      const rate = Reflect.get(globalThis, "audioOfThePage")[0].sampleRate;
      const length = Math.round(window * rate);
      const heard: { seconds: number; powers: number[] }[] = [];
      for (let at = 0; at + length <= samples.length; at += rate / 100) {
        // Goertzel algorithm: the power of each frequency.
        const powers = wanted.map((frequency) => {
          const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
          let [before, last] = [0, 0];
          for (let i = at; i < at + length; i += 1)
            [before, last] = [last, samples[i] + coefficient * last - before];
          return (last ** 2 + before ** 2 - coefficient * last * before) / length ** 2;
        });
        heard.push({ seconds: from + at / rate, powers });
      }
      return heard;
    },
    [frequencies, WINDOW_SECONDS] as const,
  );
}

/** A stretch of the audio clock, in seconds, in which the page had no turn: what it meant to play then is late. */
export interface Stall {
  readonly from: number;
  readonly to: number;
}

/** For how many seconds the page had no turn between two times of the audio clock, or shortly before the first. */
export async function stalledSeconds(page: Page, from: number, to: number): Promise<number> {
  const stalls: Stall[] = await page.evaluate("stallsOfThePage");
  return stalls.reduce(
    (sum, stall) => sum + Math.max(0, Math.min(to, stall.to) - Math.max(from - 0.5, stall.from)),
    0,
  );
}

export interface HeardPitches {
  /** Of the audio clock. */
  readonly seconds: number;
  /** Of each frequency, in the order given. */
  readonly powers: readonly number[];
}

/** When a pitch begins to sound: it is ten times as strong as a moment before, and stronger than the others. */
export function onsetsOf(heard: readonly HeardPitches[], which: number): Onset[] {
  const onsets: Onset[] = [];
  const powerAt = (index: number): number => heard[index]?.powers[which] ?? 0;
  for (const [index, { seconds }] of heard.entries()) {
    const isSoonAfter = seconds - (onsets.at(-1)?.seconds ?? -1) < LONGEST_RISE;
    if (isSoonAfter || powerAt(index) < SILENT || powerAt(index) < 10 * powerAt(index - LOOK_BACK)) continue;
    const rise = heard.slice(index, index + 100 * LONGEST_RISE).map(({ powers }) => powers);
    const [power = 0, ...others] = [which, ...(rise[0] ?? []).keys()].map((pitch) =>
      Math.max(...rise.map((powers) => powers[pitch] ?? 0)),
    );
    // The attack of a note contains all frequencies.
    if (power === Math.max(...others)) onsets.push({ seconds, power });
  }
  return onsets;
}

/** Long enough to tell a semitone from the next at 440 Hz. */
const WINDOW_SECONDS = 0.128;
/** Number of measurements, of 10 ms each. */
const LOOK_BACK = 8;
const LONGEST_RISE = 0.25;
/** Threshold of audible power; the softest note is far above. */
export const SILENT = 1e-8;

export interface Onset {
  /** Of the audio clock. */
  readonly seconds: number;
  /** Maximum power. */
  readonly power: number;
}
