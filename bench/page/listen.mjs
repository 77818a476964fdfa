/**
 * Runs in the page before its own scripts. `firstSound(from)` resolves with the time of the first audible output after
 * `from`, on the page's clock.
 */
export function listenToSound() {
  const analysers = [];
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode && this.context instanceof AudioContext) {
      const analyser = this.context.createAnalyser();
      analyser.fftSize = 512;
      analysers.push(analyser);
      connect.call(this, analyser);
    }
    return connect.call(this, target, ...rest);
  };
  const samples = new Float32Array(512);
  globalThis.firstSound = (from) =>
    new Promise((resolve) => {
      const timer = setInterval(() => {
        if (performance.now() < from) return;
        const isLoud = analysers.some((analyser) => {
          analyser.getFloatTimeDomainData(samples);
          return samples.some((sample) => Math.abs(sample) > 0.003);
        });
        if (!isLoud) return;
        clearInterval(timer);
        resolve(performance.now());
      }, 4);
    });
}
