/** The selected time span of the piece. */
import { Signal } from "../signal.ts";
import type { Span } from "../sound/sound.ts";

export class Selection {
  /** Emitted when the span or the mode has changed. */
  readonly changed = new Signal();
  #span: Span | undefined;
  #isSelecting = false;

  get span(): Span | undefined {
    return this.#span;
  }

  set span(span: Span | undefined) {
    this.#span = span;
    this.changed.emit();
  }

  /** Whether the next drag on the roll selects. */
  get isSelecting(): boolean {
    return this.#isSelecting;
  }

  set isSelecting(isSelecting: boolean) {
    this.#isSelecting = isSelecting;
    this.changed.emit();
  }

  /** The next drag no longer selects. @returns whether it would have. */
  close(): boolean {
    const wasSelecting = this.#isSelecting;
    if (wasSelecting) this.isSelecting = false;
    return wasSelecting;
  }

  /**
   * Moves one end to a time. The other end stays, or becomes the end of the music.
   *
   * @param seconds the time; `pieceSeconds` is the length of the music.
   */
  moveEnd(end: keyof Span, seconds: number, pieceSeconds: number): void {
    const span = { fromSeconds: 0, toSeconds: pieceSeconds, ...this.#span, [end]: seconds };
    this.span = span.toSeconds > span.fromSeconds ? span : undefined;
  }
}
