/**
 * The readers of `ReadMidiOptions.compatibility`, which the page does not set. vite.config.ts puts this module in the place of
 * both.
 */
export const AnticipationReader = undefined;
export const NoteSeqReader = undefined;
