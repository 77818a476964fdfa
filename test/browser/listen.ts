import type { Page } from "playwright-core";

/** Has every page that is opened from now on measure what it sends to the loudspeakers. */
export async function listenToAudio(page: Page): Promise<void> {
  await page.addInitScript(() => {
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
    Object.defineProperty(globalThis, "loudnessOfThePage", {
      value: () =>
        analysers.reduce((loudest, analyser) => {
          const samples = new Float32Array(analyser.fftSize);
          analyser.getFloatTimeDomainData(samples);
          const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
          return Math.max(loudest, Math.sqrt(power));
        }, 0),
    });
  });
}

/** Root mean square of the last 0.7 seconds that went to the loudspeakers. */
export async function loudness(page: Page): Promise<number> {
  return Number(await page.evaluate("loudnessOfThePage()"));
}
