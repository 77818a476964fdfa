/**
 * The grammar of performances: which ids are allowed next, so that every sampled sequence decodes without loss. It excludes note-offs
 * of silent keys, notes without length, note-ons of sounding keys, and everything that the encoder never writes.
 *
 * Generation, in `src/music/`, masks more: `control-token-processor.ts` forces control tokens and endings; `accompaniment-task.ts` and
 * `infill-task.ts` force the note-offs of held notes and of the melody, and block their keys. It sets `longestNoteSteps` to 4 s
 * (`limits.ts`, by `build-prompt.ts` and `accompaniment-task.ts`).
 */
import { followTables, type PreviousKind, previousKindOf, PREVIOUS_KINDS } from "./grammar-rules.ts";
import { automatonTables, type AutomatonTables, tableLayout } from "./automaton-tables.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Additional rules of `PerformanceGrammar`. */
export interface GrammarOptions {
  /**
   * Longest duration of a note, in steps of 10 ms. Once a note has lasted this long, its note-off is the only allowed id wherever a
   * note-off may stand, which is not directly after a velocity or a note-on. If several notes have, the lowest ends first.
   * A model cannot end a note whose note-on has left its window. Default: no limit.
   */
  readonly longestNoteSteps?: number;
  /** Whether END is allowed, where the other rules allow it. Default true. */
  readonly mayEnd?: boolean;
}

/** The state of the grammar after a sequence of ids. */
export class PerformanceGrammar {
  readonly #vocabulary: Vocabulary;
  /** By previous kind, one byte per id: 1 where its kind may follow. */
  readonly #follows: ReadonlyMap<PreviousKind, Uint8Array>;
  readonly #noteOnFirst: number;
  readonly #noteOffFirst: number;
  readonly #pitchCount: number;
  /** Number of sounding notes by key; key 0 is the lowest pitch of the vocabulary. */
  readonly #sounding: Uint32Array;
  /** The step of the last note-on by key. */
  readonly #lastOnset: Float64Array;
  readonly #longestNoteSteps: number;
  readonly #mayEnd: boolean;
  #tables: AutomatonTables | undefined;
  #step = 0;
  #soundingCount = 0;
  #previous: PreviousKind = "START";
  #velocityId = -1;

  /** @throws VocabularyError when the vocabulary has no performance events. */
  constructor(vocabulary: Vocabulary, options: GrammarOptions = {}) {
    this.#vocabulary = vocabulary;
    this.#longestNoteSteps = options.longestNoteSteps ?? Infinity;
    this.#mayEnd = options.mayEnd ?? true;
    this.#noteOnFirst = vocabulary.id("NOTE_ON");
    this.#noteOffFirst = vocabulary.id("NOTE_OFF");
    this.#pitchCount = vocabulary.range("NOTE_ON")?.count ?? 0;
    this.#sounding = new Uint32Array(this.#pitchCount);
    this.#lastOnset = new Float64Array(this.#pitchCount);
    this.#follows = followTables(vocabulary);
  }

  /** Number of sounding notes. */
  get soundingCount(): number {
    return this.#soundingCount;
  }

  /** Adds the next id, allowed or not: notes of one key may overlap in a primer. */
  push(id: number): void {
    const event = this.#vocabulary.event(id);
    const { kind, value } = event;
    this.#previous = previousKindOf(this.#vocabulary, event);
    const key = id - (kind === "NOTE_ON" ? this.#noteOnFirst : this.#noteOffFirst);
    if (kind === "NOTE_ON") {
      this.#sounding[key]! += 1;
      this.#lastOnset[key] = this.#step;
      this.#soundingCount += 1;
    } else if (kind === "NOTE_OFF") {
      const count = this.#sounding[key]!;
      if (count > 0) {
        this.#sounding[key] = count - 1;
        this.#soundingCount -= 1;
      }
    } else if (kind === "VELOCITY") {
      this.#velocityId = id;
    } else if (kind === "TIME_SHIFT") {
      this.#step += value;
    } else if (kind === "START" || kind === "END") {
      this.#reset();
    }
  }

  /** Marks the end of a segment (`accompany.ts`) or part (`infill.ts`): a time shift may be continued after it. */
  cut(): void {
    if (this.#previous === "SHIFT") this.#previous = "LONGEST_SHIFT";
  }

  /** Starts a new piece: no note sounds, and the first note needs a velocity. */
  #reset(): void {
    this.#sounding.fill(0);
    this.#soundingCount = 0;
    this.#velocityId = -1;
  }

  /** If a note has reached its longest duration and its note-off is allowed, allows that note-off only. */
  #endLongNotes(allowed: Uint8Array): void {
    for (let key = 0; key < this.#pitchCount; key += 1) {
      const noteOff = this.#noteOffFirst + key;
      if (allowed[noteOff] === 0 || this.#step - this.#lastOnset[key]! < this.#longestNoteSteps) continue;
      allowed.fill(0);
      allowed[noteOff] = 1;
      return;
    }
  }

  /**
   * Writes the allowed-token mask.
   *
   * @param allowed one byte per id: set to 1 where the id is allowed and 0 where not. At least one id is always allowed.
   */
  mask(allowed: Uint8Array): void {
    const follows = this.#follows.get(this.#previous);
    if (follows) allowed.set(follows);
    let silentKeys = 0;
    for (let key = 0; key < this.#pitchCount; key += 1) {
      if (this.#sounding[key] === 0) {
        allowed[this.#noteOffFirst + key] = 0;
        silentKeys += 1;
      } else {
        allowed[this.#noteOnFirst + key] = 0;
      }
    }
    if (silentKeys === 0) this.#allKeysDown(allowed);
    if (this.#velocityId >= 0) allowed[this.#velocityId] = 0;
    else allowed.fill(0, this.#noteOnFirst, this.#noteOnFirst + this.#pitchCount);
    const end = this.#vocabulary.range("END");
    if (end && (this.#soundingCount > 0 || !this.#mayEnd)) allowed[end.first] = 0;
    if (this.#soundingCount > 0 && this.#longestNoteSteps < Infinity) this.#endLongNotes(allowed);
  }

  /** The same rules as the tables of an automaton, for the ONNX graph. */
  get tables(): AutomatonTables {
    this.#tables ??= automatonTables(this.#vocabulary, {
      longestNoteSteps: this.#longestNoteSteps,
      mayEnd: this.#mayEnd,
    });
    return this.#tables;
  }

  /** The counters of the automaton after the ids so far, `[counters]`. */
  counters(): Float32Array {
    const layout = tableLayout(this.#vocabulary);
    const counters = new Float32Array(layout.counters);
    counters[layout.previous + PREVIOUS_KINDS.indexOf(this.#previous)] = 1;
    if (this.#velocityId >= 0)
      counters[layout.velocity + this.#velocityId - this.#vocabulary.id("VELOCITY")] = 1;
    counters.set(this.#sounding, layout.sounding);
    counters.set(
      this.#lastOnset.map((onset) => this.#step - onset),
      layout.clock,
    );
    return counters;
  }

  /** If all keys sound, no note-on can follow a velocity, so none is allowed; after a velocity, note-offs are. */
  #allKeysDown(allowed: Uint8Array): void {
    const velocities = this.#vocabulary.range("VELOCITY");
    if (velocities) allowed.fill(0, velocities.first, velocities.first + velocities.count);
    if (this.#previous === "VELOCITY")
      allowed.fill(1, this.#noteOffFirst, this.#noteOffFirst + this.#pitchCount);
  }
}
