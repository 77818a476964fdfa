/** Generates the middle of an infill (`encoding/tasks/infill.ts`). */
import {
  finishedNotes,
  infillPrompt,
  type InfillParts,
  type Note,
  type NoteState,
  PerformanceGrammar,
  PerformanceState,
  shiftNotes,
  type StateMark,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import { type ForcedToken, forcedTokens } from "./forced-tokens.ts";
import type { LogitAdjustment } from "../engine/index.ts";
import type { GenerationTask } from "./generation-task.ts";
import { MAX_POLYPHONY } from "./limits.ts";
import { NoteLengthLimits } from "./note-lengths.ts";
import { ThemeMemory } from "./theme-memory.ts";
import { blockKeys, clampShift, forbid } from "./token-mask.ts";

/** A key held from before the region until a step of the region. */
export interface HeldKey {
  readonly pitch: number;
  readonly end: number;
}

/** A region to fill, and the music around it. */
export interface RegionPrompt {
  /** The piece without the notes of the region; the middle contains the note-offs of notes that begin before it. */
  readonly parts: InfillParts;
  /** Start and end of the region in the piece, in steps of 10 ms. */
  readonly fromStep: number;
  readonly toStep: number;
  /** Keys of notes that the prefix omits and that sound into the region. */
  readonly heldKeys: readonly HeldKey[];
}

/**
 * Generates the notes of a region. Notes that begin before the region keep their ends, and their keys are blocked until then. New notes end
 * within the region. The region keeps its exact length.
 */
export class InfillTask implements GenerationTask {
  /** START, suffix, prefix and the control token MIDDLE. */
  readonly prompt: readonly number[];
  readonly #vocabulary: Vocabulary;
  /** Prefix and middle. */
  readonly #state: PerformanceState;
  /** The end of the prefix. */
  readonly #start: StateMark;
  readonly #grammar: PerformanceGrammar;
  readonly #limits: NoteLengthLimits;
  readonly #themes = new ThemeMemory();
  /** The new notes, in order of onset. */
  readonly #notes: NoteState[] = [];
  readonly #length: number;
  readonly #heldKeys: readonly HeldKey[];
  /** Note-offs of the notes that begin before the region, in order of step. */
  readonly #heldNoteOffs: { readonly step: number; readonly id: number }[] = [];
  readonly #forced: ForcedToken[];
  #events = 0;

  /**
   * @param parts the piece without the notes of the region; its middle contains the note-offs of notes that begin before it.
   * @param length length of the region, in steps of 10 ms.
   * @param heldKeys keys of notes that the prefix omits and that sound into the region.
   * @param seed seed of the limits on the durations of new notes.
   */
  constructor(
    vocabulary: Vocabulary,
    parts: InfillParts,
    length: number,
    heldKeys: readonly HeldKey[],
    seed: number,
  ) {
    this.prompt = [vocabulary.id("START"), ...infillPrompt(parts, vocabulary)];
    this.#vocabulary = vocabulary;
    this.#length = length;
    this.#heldKeys = heldKeys;
    this.#forced = forcedTokens(this.prompt, "context");
    this.#themes.read(parts.suffix, vocabulary);
    this.#state = new PerformanceState(vocabulary);
    for (const id of parts.prefix) {
      this.#state.push(id);
      this.#themes.push(this.#state);
    }
    this.#state.cut();
    this.#start = this.#state.mark();
    // Notes from before the region end by forced note-offs only; one new note may sound even if they reach the maximum polyphony.
    const mostKeys = Math.max(MAX_POLYPHONY, this.#state.soundingCount + 1);
    this.#limits = new NoteLengthLimits(this.#state, { seed, promptLength: this.#state.length });
    this.#grammar = new PerformanceGrammar(this.#state, {
      longestNoteSteps: this.#limits,
      mostKeys,
      mayEnd: false,
    });
    const held = new PerformanceState(vocabulary);
    for (const id of parts.middle) {
      const { step } = held;
      held.push(id);
      if (held.step === step) this.#heldNoteOffs.push({ step, id });
    }
    this.#forceNoteOffs();
  }

  get events(): number {
    return this.#events;
  }

  get step(): number {
    return this.#state.step - this.#start.step;
  }

  get isFinished(): boolean {
    return this.step === this.#length && this.#forced.length === 0;
  }

  /** Returns the new notes. @param fromSeconds start of the region. */
  finish(fromSeconds: number): Note[] {
    const notes = finishedNotes(this.#notes, this.#state.step);
    return shiftNotes(notes, fromSeconds - this.#start.step / STEPS_PER_SECOND);
  }

  push(id: number): void {
    const forced = this.#forced.shift();
    if (forced?.part === "context") return;
    this.#events += 1;
    const { step } = this.#state;
    const note = this.#state.push(id);
    this.#limits.push();
    this.#themes.push(this.#state);
    if (note && note.endStep === undefined) this.#notes.push(note);
    if (this.#state.step > step) this.#forceNoteOffs();
  }

  adjustment(): LogitAdjustment {
    return this.#themes.adjustment(this.#state);
  }

  forced(): number | undefined {
    return this.#forced[0]?.id;
  }

  mask(allowed: Uint8Array): void {
    this.#grammar.mask(allowed);
    const mayEnd = this.#newNoteOffs().filter((id) => allowed[id] === 1);
    forbid(allowed, this.#vocabulary, "NOTE_OFF");
    for (const id of mayEnd) allowed[id] = 1;
    const held = this.#heldKeys.filter(({ end }) => this.step < end);
    blockKeys(
      allowed,
      this.#vocabulary,
      held.map(({ pitch }) => pitch),
    );
  }

  /** Clamps a sampled shift at the end of the region and at the next forced note-off. */
  snapId(id: number): number {
    const until = Math.min(this.#length, this.#heldNoteOffs[0]?.step ?? Infinity);
    return clampShift(id, this.#vocabulary, until - this.step);
  }

  /** Forces the note-offs of this step: of notes that begin before the region; at the last step, of all new notes. */
  #forceNoteOffs(): void {
    const { step } = this;
    const noteOffs: number[] = [];
    while (this.#heldNoteOffs[0]?.step === step) noteOffs.push(this.#heldNoteOffs.shift()!.id);
    if (step === this.#length) noteOffs.push(...this.#newNoteOffs());
    this.#forced.push(...forcedTokens(noteOffs, "music"));
  }

  /** The note-offs of the new notes that sound, in order of onset. */
  #newNoteOffs(): number[] {
    return this.#state
      .soundingNotes()
      .filter(({ onset }) => onset >= this.#start.onsets)
      .map(({ pitch }) => this.#vocabulary.id("NOTE_OFF", pitch));
  }
}
