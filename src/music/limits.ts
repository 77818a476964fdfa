/**
 * The maximum polyphony of generated music, in keys, pedal included: the 99.9th percentile over time of 1,698 files of human piano music
 * (`bench/twin/end-rates.mjs`). Without it, a model rarely adds notes far beyond it.
 */
export const MAX_POLYPHONY = 43;

/** Limit on parallel variations; each has its own key/value cache. */
export const MAX_VARIATIONS = 64;

/** Whether the cache keeps an attention sink: the first quarter of the window is never evicted. */
export const WITH_SINK = true;
