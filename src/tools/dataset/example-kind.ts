/** What an example is; the header of the dataset tells it of each. */
export type ExampleKind =
  | "plain"
  | "ending"
  | "style"
  | "accompany-melody"
  | "accompany-skyline"
  | "infill"
  | "closing"
  | "style-closing";
