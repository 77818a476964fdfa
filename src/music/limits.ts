/**
 * Generated notes end after this time at the latest. Of the notes people play, pedal included, one in a hundred lasts longer,
 * which a piano string hardly sounds; a model forgets to end many more than that, and cannot end one that began before its
 * window. Of 4, 6 and 10 s this is where polyphony comes nearest to that of real pieces (models/piano/README.md).
 */
export const LONGEST_NOTE_SECONDS = 4;

/** The most variations at once: each has a cache of its own. */
export const MAX_VARIATIONS = 64;
