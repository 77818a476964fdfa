/** Call and response: the user plays a phrase, pauses, and the model answers until the user plays again. */
import { type Band, isBand } from "../music/music.ts";
import { Piece } from "../music/piece.ts";
import type { Playback } from "../music/playback.ts";
import { Phrase } from "./phrase.ts";
import type { Recorder, Recording } from "./recorder.ts";

/** "over": the piece has reached its length. */
export type Turn = "yours" | "mine" | "over" | "off";

/** "listening": until the next phrase; the model may be answering. */
type Phase =
  | { readonly kind: "off" }
  | { readonly kind: "listening" }
  | {
      readonly kind: "recording";
      readonly phrase: Phrase;
      readonly recording: Recording;
      /** Ends the phrase after a pause. */
      timer: ReturnType<typeof setTimeout> | undefined;
    };

type RecordingPhase = Extract<Phase, { kind: "recording" }>;

export interface DuetParts {
  readonly playback: Playback;
  readonly recorder: Recorder;
  readonly models: {
    readonly model: { prefill(ids: readonly number[]): Promise<unknown> } | Band | undefined;
  };
}

export class Duet {
  readonly #parts: DuetParts;
  readonly #onError: (error: unknown) => void;
  #phase: Phase = { kind: "off" };
  #isPrefilling = false;
  #isPedalDown = false;
  /** Length of the pause that ends a phrase, in seconds. */
  pauseSeconds = 0.7;
  onTurn: (turn: Turn) => void = () => undefined;

  constructor(parts: DuetParts, onError: (error: unknown) => void) {
    this.#parts = parts;
    this.#onError = onError;
  }

  /** Starts or ends the duet. */
  set isOn(isOn: boolean) {
    if (this.#phase.kind === "recording") clearTimeout(this.#phase.timer);
    this.#phase = { kind: isOn ? "listening" : "off" };
    this.onTurn(isOn ? "yours" : "off");
  }

  get isOn(): boolean {
    return this.#phase.kind !== "off";
  }

  /** @param at time stamp in milliseconds. */
  press(pitch: number, velocity: number, at: number): void {
    if (this.#phase.kind === "off") return;
    const now = at / 1000;
    if (this.#phase.kind === "listening") this.#phase = this.#startPhrase(now);
    this.#phase.phrase.press(pitch, velocity, now);
    this.#heard(this.#phase);
  }

  lift(pitch: number, at: number): void {
    if (this.#phase.kind !== "recording") return;
    this.#phase.phrase.lift(pitch, at / 1000);
    this.#heard(this.#phase);
  }

  pedal(isDown: boolean, at: number): void {
    this.#isPedalDown = isDown;
    if (this.#phase.kind !== "recording") return;
    this.#phase.phrase.pedal(isDown, at / 1000);
    this.#heard(this.#phase);
  }

  #startPhrase(now: number): RecordingPhase {
    const recording = this.#parts.recorder.start();
    const phrase = new Phrase(now);
    phrase.pedal(this.#isPedalDown, now);
    this.onTurn("yours");
    return { kind: "recording", phrase, recording, timer: undefined };
  }

  #heard(phase: RecordingPhase): void {
    const { phrase, recording } = phase;
    recording.write(phrase.ids(recording.vocabulary));
    void this.#prefill();
    clearTimeout(phase.timer);
    if (!phrase.isSounding) phase.timer = setTimeout(() => this.#answer(phase), 1000 * this.pauseSeconds);
  }

  /** Prefills the model with the current phrase, to shorten the wait before the answer. */
  async #prefill(): Promise<void> {
    const { model } = this.#parts.models;
    const { playback } = this.#parts;
    if (this.#isPrefilling || !model || isBand(model)) return;
    this.#isPrefilling = true;
    try {
      let length = -1;
      for (
        let { piece } = playback;
        piece instanceof Piece && piece.length !== length;
        { piece } = playback
      ) {
        length = piece.length;
        await model.prefill(piece.ids);
        if (this.#phase.kind !== "recording") break;
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#isPrefilling = false;
    }
  }

  #answer({ phrase, recording }: RecordingPhase): void {
    recording.write(phrase.ids(recording.vocabulary));
    this.#phase = { kind: "listening" };
    const hasTime = this.#parts.playback.hasTimeLeft();
    this.onTurn(hasTime ? "mine" : "over");
    if (hasTime) this.#parts.playback.play().catch(this.#onError);
  }
}
