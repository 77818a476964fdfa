/** The kinds of examples, as in the header of a dataset. */
export type ExampleKind =
  | "plain"
  | "ending"
  | "style"
  | "accompany-melody"
  | "accompany-skyline"
  | "infill"
  | "closing"
  | "style-closing"
  | "span-controls"
  | "note-controls"
  | "instrument-controls"
  | "pair";
