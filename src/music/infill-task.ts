/** Generates the middle of an infill (`encoding/tasks/infill.ts`). */
import { infillPrompt, type InfillParts, PerformanceGrammar, type Vocabulary } from "../../encoding/index.ts";
import { allowOnly, blockKeys, clampShift, forbid, ForcedTokens } from "./token-mask.ts";
import type { GenerationTask } from "./generation-task.ts";

/** A key held from before the region until a step of the region. */
export interface HeldKey {
  readonly pitch: number;
  readonly end: number;
}

/**
 * Lets the model generate the notes of a region. Notes that begin before the region end at their own step, and their keys are blocked
 * until then. New notes end within the region. The region has its exact length.
 */
export class InfillTask implements GenerationTask {
  /** START, suffix, prefix and the control token MIDDLE. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  readonly #grammar: PerformanceGrammar;
  readonly #length: number;
  readonly #heldKeys: readonly HeldKey[];
  /** Note-offs of the notes that begin before the region, in order of step. */
  readonly #heldNoteOffs: { readonly step: number; readonly id: number }[] = [];
  readonly #forced = new ForcedTokens();
  /** Pitches of the new notes that sound, in order of onset. */
  readonly #sounding: number[] = [];
  readonly #ids: number[] = [];
  #promptLeft: number;
  #step = 0;

  /**
   * @param parts the piece without the notes of the region; its middle contains the note-offs of notes that begin before it.
   * @param length length of the region, in steps of 10 ms.
   * @param heldKeys keys of notes that the prefix omits and that sound into the region.
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

  /** The middle so far, as performance ids. It continues with the velocity of the prefix. */
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
    const isForced = this.#forced.next !== undefined;
    if (isForced) this.#forced.advance();
    this.#grammar.push(id);
    this.#ids.push(id);
    if (kind === "NOTE_ON") this.#sounding.push(value);
    if (kind === "NOTE_OFF" && !isForced) this.#sounding.splice(this.#sounding.indexOf(value), 1);
    if (kind === "TIME_SHIFT") {
      this.#step += value;
      this.#forceNoteOffs();
    }
  }

  mask(allowed: Uint8Array): void {
    const { next } = this.#forced;
    if (next !== undefined) {
      allowOnly(allowed, next);
      return;
    }
    this.#grammar.mask(allowed);
    const mayEnd = this.#sounding.filter((pitch) => allowed[this.#noteOff(pitch)] === 1);
    forbid(allowed, this.#vocabulary, "NOTE_OFF");
    for (const pitch of mayEnd) allowed[this.#noteOff(pitch)] = 1;
    const held = this.#heldKeys.filter(({ end }) => this.#step < end);
    blockKeys(
      allowed,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
  }

  /** Clamps a sampled shift at the end of the region and at the next forced note-off. */
  snapId(id: number): number {
    const until = Math.min(this.#length, this.#heldNoteOffs[0]?.step ?? Infinity);
    return clampShift(id, this.#vocabulary, until - this.#step);
  }

  /** Forces the note-offs of this step: of notes that begin before the region; at the last step, of all new notes. */
  #forceNoteOffs(): void {
    const noteOffs: number[] = [];
    while (this.#heldNoteOffs[0]?.step === this.#step) noteOffs.push(this.#heldNoteOffs.shift()!.id);
    if (this.#step === this.#length) noteOffs.push(...this.#sounding.map((pitch) => this.#noteOff(pitch)));
    this.#forced.set(noteOffs);
  }

  #noteOff(pitch: number): number {
    return this.#vocabulary.id("NOTE_OFF", pitch);
  }
}
