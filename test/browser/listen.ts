import type { Page } from "playwright-core";

/** Has every page that is opened from now on measure what it sends to the loudspeakers. */
export async function listenToAudio(page: Page): Promise<void> {
  await page.addInitScript(measureAudio);
}

/** Runs in the page, before its own scripts. */
export function measureAudio(): void {
  const analysers: AnalyserNode[] = [];
  const connect = AudioNode.prototype.connect;
  // Both of the method's forms pass through here, so its types do not apply.
  Object.defineProperty(AudioNode.prototype, "connect", {
    value: function (this: AudioNode, ...parameters: unknown[]): unknown {
      const [target] = parameters;
      if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
        const analyser = this.context.createAnalyser();
        analyser.fftSize = 32_768;
        analysers.push(analyser);
        Reflect.apply(connect, this, [analyser]);
      }
      return Reflect.apply(connect, this, parameters);
    },
  });
  Object.defineProperty(globalThis, "samplesOfThePage", {
    value: () => {
      const [analyser] = analysers;
      const all = new Float32Array(32_768);
      analyser?.getFloatTimeDomainData(all);
      const { sampleRate = 44_100, currentTime = 0 } = analyser?.context ?? {};
      return { samples: all.slice(-8192), rate: sampleRate, seconds: currentTime };
    },
  });
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

/** Root mean square of the last 0.7 seconds that went to the loudspeakers. */
export async function loudness(page: Page): Promise<number> {
  return Number(await page.evaluate("loudnessOfThePage()"));
}

/** Has the page note, twenty times a second, how strong some pitches are in what it sends to the loudspeakers. */
export async function notePitches(page: Page, frequencies: readonly number[]): Promise<void> {
  await page.evaluate((wanted) => {
    const notes: { seconds: number; powers: number[] }[] = [];
    Object.defineProperty(globalThis, "notedPitches", { value: notes });
    setInterval(() => {
      const heard = Reflect.get(globalThis, "samplesOfThePage");
      const { samples, rate, seconds } = heard();
      // Goertzel: the power of one frequency each.
      const powers = wanted.map((frequency) => {
        const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / rate);
        let [before, last] = [0, 0];
        for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
        return (last ** 2 + before ** 2 - coefficient * last * before) / samples.length ** 2;
      });
      notes.push({ seconds, powers });
    }, 50);
  }, frequencies);
}

export interface NotedPitch {
  /** On the clock of the audio. */
  readonly seconds: number;
  /** Of each frequency, in the order given. */
  readonly powers: readonly number[];
}

export async function notedPitches(page: Page): Promise<NotedPitch[]> {
  return page.evaluate(() => Reflect.get(globalThis, "notedPitches"));
}
