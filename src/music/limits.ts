/**
 * Generated music holds at most this many keys at once, pedal included: in the 1,698 files of human piano music more are held in
 * a thousandth of the time only (`bench/twin/end-rates.mjs`). Rarely, a model keeps adding notes far beyond it.
 */
export const MOST_KEYS = 43;

/** Limit on parallel variations; each has its own key/value cache. */
export const MAX_VARIATIONS = 64;

/** The first quarter of a window is never evicted, however long the music gets. */
export const WITH_SINK = true;
