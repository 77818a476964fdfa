/** Loops the selection, or without one the whole piece. */
import type { Selection } from "../roll/selection.ts";
import { Signal } from "../signal.ts";
import type { Span } from "../sound/sound.ts";
import type { Playback } from "./playback.ts";

export class Loop {
  readonly changed = new Signal();
  readonly #playback: Pick<Playback, "piece">;
  readonly #selection: Selection;
  readonly #apply: (loop: Span | undefined) => void;
  #isOn = false;

  /** @param apply sets the loop of the sound, also before the sound is created. */
  constructor(
    playback: Pick<Playback, "piece">,
    selection: Selection,
    apply: (loop: Span | undefined) => void,
  ) {
    this.#playback = playback;
    this.#selection = selection;
    this.#apply = apply;
    selection.changed.listen(() => this.update());
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    this.update();
    this.changed.emit();
  }

  /** Call it when another piece has been opened. */
  update(): void {
    this.#apply(this.#isOn ? (this.#selection.span ?? this.#wholePiece()) : undefined);
  }

  #wholePiece(): Span | undefined {
    const { seconds = 0 } = this.#playback.piece ?? {};
    return seconds > 0 ? { fromSeconds: 0, toSeconds: seconds } : undefined;
  }
}
