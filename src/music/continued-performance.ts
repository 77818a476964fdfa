import { type NoteState, PerformanceState, type StateMark, type Vocabulary } from "../../encoding/index.ts";

/** A prompt and its continuation: their state, updated once per id, and on request all their notes. */
export class ContinuedPerformance {
  readonly state: PerformanceState;
  readonly #promptLength: number;
  readonly #notes: NoteState[] | undefined;
  #start: StateMark;

  /** @param keepsNotes whether `notes` stores the notes; an endless continuation stores none. */
  constructor(vocabulary: Vocabulary, promptLength: number, keepsNotes: boolean) {
    this.state = new PerformanceState(vocabulary);
    this.#promptLength = promptLength;
    this.#notes = keepsNotes ? [] : undefined;
    this.#start = this.state.mark();
  }

  /** The end of the prompt, once it has been pushed. */
  get start(): Readonly<StateMark> {
    return this.#start;
  }

  /** The notes of the prompt and of the continuation, in order of onset; none unless they are kept. */
  get notes(): readonly NoteState[] {
    return this.#notes ?? [];
  }

  /** @returns the note that the id begins or ends. */
  push(id: number): NoteState | undefined {
    const note = this.state.push(id);
    if (note && note.endStep === undefined) this.#notes?.push(note);
    if (this.state.length === this.#promptLength) this.#start = this.state.mark();
    return note;
  }
}
