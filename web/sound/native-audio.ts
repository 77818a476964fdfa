/**
 * What Tone.js takes from `standardized-audio-context`: the Web Audio API of the browser itself. The package repairs the
 * API of older browsers than those that run the page's ES2023, with 31 kB of compressed code. vite.config.ts puts this
 * module in its place.
 */

export const { AudioBuffer, AudioContext, AudioWorkletNode, OfflineAudioContext } = globalThis;

// Firefox 150 has no `cancelAndHoldAtTime`. Tone.js calls it at the time of the last event only, and sets the value there.
if (!("cancelAndHoldAtTime" in AudioParam.prototype)) {
  Object.defineProperty(AudioParam.prototype, "cancelAndHoldAtTime", {
    value(this: AudioParam) {
      return this;
    },
  });
}

export function isAnyAudioContext(value: unknown): boolean {
  return value instanceof BaseAudioContext;
}

export function isAnyOfflineAudioContext(value: unknown): boolean {
  return value instanceof OfflineAudioContext;
}

export function isAnyAudioNode(value: unknown): boolean {
  return value instanceof AudioNode;
}

export function isAnyAudioParam(value: unknown): boolean {
  return value instanceof AudioParam;
}

export function isSupported(): Promise<boolean> {
  return Promise.resolve(true);
}
