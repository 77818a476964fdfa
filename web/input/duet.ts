/** Call and response: the user plays a phrase, pauses, and the model answers until the user plays again. */
import type { App } from "../app.ts";
import type { Piece } from "../music/piece.ts";
import { Phrase } from "./phrase.ts";

/** "over": the piece has reached its length. */
export type Turn = "yours" | "mine" | "over" | "off";

export class Duet {
  readonly #app: App;
  readonly #onError: (error: unknown) => void;
  #isOn = false;
  /** The piece with the current phrase, and its length in ids before the phrase. */
  #piece: Piece | undefined;
  #baseLength = 0;
  #phrase: Phrase | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isReading = false;
  #isPedalDown = false;
  /** Length of the pause that ends a phrase, in seconds. */
  pauseSeconds = 0.7;
  onTurn: (turn: Turn) => void = () => undefined;

  constructor(app: App, onError: (error: unknown) => void) {
    this.#app = app;
    this.#onError = onError;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  set isOn(isOn: boolean) {
    this.#isOn = isOn;
    clearTimeout(this.#timer);
    this.#phrase = undefined;
    this.onTurn(isOn ? "yours" : "off");
  }

  /** @param at time stamp in milliseconds. */
  press(pitch: number, velocity: number, at: number): void {
    this.#app.sound?.press(pitch, velocity);
    if (!this.#isOn) return;
    const now = at / 1000;
    if (!this.#phrase) {
      this.#piece = this.#app.interrupt();
      this.#baseLength = this.#piece.ids.length;
      this.#phrase = new Phrase(now);
      this.#phrase.pedal(this.#isPedalDown, now);
      this.onTurn("yours");
    }
    this.#phrase.press(pitch, velocity, now);
    this.#heard();
  }

  lift(pitch: number, at: number): void {
    if (!this.#isPedalDown) this.#app.sound?.lift(pitch);
    else this.#lifted.add(pitch);
    this.#phrase?.lift(pitch, at / 1000);
    this.#heard();
  }

  pedal(isDown: boolean, at: number): void {
    this.#isPedalDown = isDown;
    if (!isDown) for (const pitch of this.#lifted) this.#app.sound?.lift(pitch);
    this.#lifted.clear();
    this.#phrase?.pedal(isDown, at / 1000);
    this.#heard();
  }

  /** Pitches of released keys that the sustain pedal holds. */
  readonly #lifted = new Set<number>();

  #heard(): void {
    const phrase = this.#phrase;
    if (!phrase) return;
    this.#app.replace(this.#soFar(phrase));
    void this.#readAhead();
    clearTimeout(this.#timer);
    if (!phrase.isSounding) this.#timer = setTimeout(() => this.#answer(phrase), 1000 * this.pauseSeconds);
  }

  #soFar(phrase: Phrase): Piece {
    const piece = (this.#piece ??= this.#app.interrupt());
    piece.truncate(this.#baseLength);
    for (const id of phrase.ids(piece.vocabulary)) piece.push(id, "primer");
    return piece;
  }

  /** Prefills the model with the current phrase, to shorten the wait before the answer. */
  async #readAhead(): Promise<void> {
    const { model } = this.#app;
    if (this.#isReading || !model) return;
    this.#isReading = true;
    try {
      let read = -1;
      for (let ids = this.#app.piece?.ids; ids && ids.length !== read; ids = this.#app.piece?.ids) {
        read = ids.length;
        await model.prefill(ids);
        if (!this.#phrase) break;
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#isReading = false;
    }
  }

  #answer(phrase: Phrase): void {
    this.#app.replace(this.#soFar(phrase));
    this.#phrase = undefined;
    const hasTime = this.#app.hasTimeLeft();
    this.onTurn(hasTime ? "mine" : "over");
    if (hasTime) this.#app.play().catch(this.#onError);
  }
}
