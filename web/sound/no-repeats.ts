/**
 * What Tone.js's transport has for `scheduleRepeat`, which the page does not use: an empty list. vite.config.ts puts this
 * module in the place of two of Tone.js.
 */

export class IntervalTimeline {
  forEachFrom(): this {
    return this;
  }

  dispose(): this {
    return this;
  }
}

/** Only `scheduleRepeat` creates one. */
export const TransportRepeatEvent = undefined;
