/** The middle of an infill (`encoding/tasks/infill.ts`) while it is being written. */
import { infillPrompt, type InfillParts, PerformanceGrammar, type Vocabulary } from "../../encoding/index.ts";
import { allowOnly, blockKeys, clampShift, forbid, ForcedTokens } from "./token-mask.ts";
import type { GenerationTask } from "./generation-task.ts";

/** A key that is held from before the region, until a step of it. */
export interface HeldKey {
  readonly pitch: number;
  readonly end: number;
}

/**
 * Lets the model write notes into a region: notes from before end when they end, no sooner and no later, and their keys
 * are not struck until then; new notes end by the end of the region, and the region ends where it ends.
 */
export class InfillTask implements GenerationTask {
  /** What the model is given before it writes. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #length: number;
  readonly #heldKeys: readonly HeldKey[];
  /** Note-offs of the notes from before, the first one first. */
  readonly #heldNoteOffs: { readonly step: number; readonly id: number }[] = [];
  readonly #forced = new ForcedTokens();
  /** Pitches of the new notes that sound, in order of onset. */
  readonly #sounding: number[] = [];
  readonly #ids: number[] = [];
  #promptLeft: number;
  #step = 0;

  /**
   * @param parts of the piece without the notes of the region: its middle holds what is given of it.
   * @param length of the region, in steps.
   * @param heldKeys that the prefix does not tell of, since their notes were left out.
   */
  constructor(vocabulary: Vocabulary, parts: InfillParts, length: number, heldKeys: readonly HeldKey[]) {
    this.prompt = [vocabulary.id("START"), ...infillPrompt(parts, vocabulary)];
    this.#vocabulary = vocabulary;
    this.#length = length;
    this.#heldKeys = heldKeys;
    this.#promptLeft = this.prompt.length;
    this.#grammar = new PerformanceGrammar(vocabulary, { mayEnd: false });
    for (const id of parts.prefix) this.#grammar.push(id);
    this.#grammar.cut();
    let step = 0;
    for (const id of parts.middle) {
      const { kind, value } = vocabulary.event(id);
      if (kind === "TIME_SHIFT") step += value;
      else this.#heldNoteOffs.push({ step, id });
    }
    this.#forceNoteOffs();
  }

  /** The middle so far, as performance ids; it goes on with the velocity of the prefix. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  get events(): number {
    return this.#ids.length;
  }

  get step(): number {
    return this.#step;
  }

  get isFinished(): boolean {
    return this.#step === this.#length && this.#forced.next === undefined;
  }

  push(id: number): void {
    if (this.#promptLeft > 0) {
      this.#promptLeft -= 1;
      return;
    }
    const { kind, value } = this.#vocabulary.event(id);
    const isGiven = this.#forced.next !== undefined;
    if (isGiven) this.#forced.advance();
    this.#grammar.push(id);
    this.#ids.push(id);
    if (kind === "NOTE_ON") this.#sounding.push(value);
    if (kind === "NOTE_OFF" && !isGiven) this.#sounding.splice(this.#sounding.indexOf(value), 1);
    if (kind === "TIME_SHIFT") {
      this.#step += value;
      this.#forceNoteOffs();
    }
  }

  mask(legal: Uint8Array): void {
    const { next } = this.#forced;
    if (next !== undefined) {
      allowOnly(legal, next);
      return;
    }
    this.#grammar.mask(legal);
    const mayEnd = this.#sounding.filter((pitch) => legal[this.#noteOff(pitch)] === 1);
    forbid(legal, this.#vocabulary, "NOTE_OFF");
    for (const pitch of mayEnd) legal[this.#noteOff(pitch)] = 1;
    const held = this.#heldKeys.filter(({ end }) => this.#step < end);
    blockKeys(
      legal,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
  }

  /** What a drawn id becomes: a shift ends with the region, and where a note from before does. */
  snapId(id: number): number {
    const until = Math.min(this.#length, this.#heldNoteOffs[0]?.step ?? Infinity);
    return clampShift(id, this.#vocabulary, until - this.#step);
  }

  /** What has to come at the step that is reached: ends of notes from before; at the last step, of all new ones. */
  #forceNoteOffs(): void {
    const due: number[] = [];
    while (this.#heldNoteOffs[0]?.step === this.#step) due.push(this.#heldNoteOffs.shift()!.id);
    if (this.#step === this.#length) due.push(...this.#sounding.map((pitch) => this.#noteOff(pitch)));
    this.#forced.set(due);
  }

  #noteOff(pitch: number): number {
    return this.#vocabulary.id("NOTE_OFF", pitch);
  }
}
