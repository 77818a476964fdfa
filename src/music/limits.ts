/**
 * Generated notes last at most this long. In human music, pedal included, one note in a hundred is longer. A model fails to end many
 * more, and cannot end a note that began before its window. Of 4, 6 and 10 s, 4 s gives the polyphony nearest to that of human music
 * (models/piano/README.md).
 */
export const LONGEST_NOTE_SECONDS = 4;

/**
 * Generated music holds at most this many keys at once, pedal included: in the 1,698 files of human piano music more are held in
 * a thousandth of the time only. Rarely, a model keeps adding notes far beyond it.
 */
export const MOST_KEYS = 43;

/** Limit on parallel variations; each has its own key/value cache. */
export const MAX_VARIATIONS = 64;

/** The first quarter of a window is never evicted, however long the music gets. */
export const WITH_SINK = true;
