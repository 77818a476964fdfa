/**
 * Generated notes end after this time at the latest. A piano string has died away by then (of the notes people play, pedal
 * included, three in a thousand last longer), and a model cannot end a note that began before its window.
 */
export const LONGEST_NOTE_SECONDS = 10;

/** The most variations at once: each has a cache of its own. */
export const MOST_VARIATIONS = 64;
