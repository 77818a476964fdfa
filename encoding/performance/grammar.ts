/**
 * Which ids may come next in a performance, as tables and a little state, so that whatever is sampled decodes without
 * loss: no note-off of a silent key, no note without length, no note struck on a key that is down, nothing that the
 * encoder would never write.
 */
import { followTables, type PreviousKind, previousKindOf, PREVIOUS_KINDS } from "./grammar-rules.ts";
import { automatonTables, type AutomatonTables, tableLayout } from "./automaton-tables.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** What `PerformanceGrammar` forbids beyond nonsense. */
export interface GrammarOptions {
  /**
   * A note that has sounded for so many steps of 10 ms must end: its note-off is then the only id that may come, as soon
   * as one may. For models whose window is shorter than the music: they cannot end a note whose beginning they no longer
   * see. Default: notes may last for ever.
   */
  readonly longestNoteSteps?: number;
  /** Whether the end of the piece may come, where it may by the other rules. Default true. */
  readonly mayEnd?: boolean;
}

/** Follows a sequence of ids and tells which may come next. */
export class PerformanceGrammar {
  readonly #vocabulary: Vocabulary;
  /** Per state of `Last`, one byte an id: 1 where its kind may follow. */
  readonly #follows: ReadonlyMap<PreviousKind, Uint8Array>;
  readonly #noteOnFirst: number;
  readonly #noteOffFirst: number;
  readonly #pitchCount: number;
  /** How many notes sound on each key, counted from the vocabulary's lowest pitch. */
  readonly #sounding: Uint32Array;
  /** When each key was last struck, in steps. */
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

  /** Notes that sound now. */
  get soundingCount(): number {
    return this.#soundingCount;
  }

  /** Takes the next id of the sequence, legal or not (a user's own music may overlap notes of one key). */
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

  /** The sequence is cut here, and a gap may go on after it: as of segments (`accompany.ts`) and parts (`infill.ts`). */
  cut(): void {
    if (this.#previous === "SHIFT") this.#previous = "LONGEST_SHIFT";
  }

  /** A new piece: nothing sounds, and its first note says how loud it is. */
  #reset(): void {
    this.#sounding.fill(0);
    this.#soundingCount = 0;
    this.#velocityId = -1;
  }

  /** Where a note has sounded too long and may end now, ending it is all that is left. */
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
   * Writes which ids may come next.
   *
   * @param legal one byte an id, set to 1 where it may follow and 0 where not. At least one always may.
   */
  mask(legal: Uint8Array): void {
    const follows = this.#follows.get(this.#previous);
    if (follows) legal.set(follows);
    let silentKeys = 0;
    for (let key = 0; key < this.#pitchCount; key += 1) {
      if (this.#sounding[key] === 0) {
        legal[this.#noteOffFirst + key] = 0;
        silentKeys += 1;
      } else {
        legal[this.#noteOnFirst + key] = 0;
      }
    }
    if (silentKeys === 0) this.#allKeysDown(legal);
    if (this.#velocityId >= 0) legal[this.#velocityId] = 0;
    else legal.fill(0, this.#noteOnFirst, this.#noteOnFirst + this.#pitchCount);
    const end = this.#vocabulary.range("END");
    if (end && (this.#soundingCount > 0 || !this.#mayEnd)) legal[end.first] = 0;
    if (this.#soundingCount > 0 && this.#longestNoteSteps < Infinity) this.#endLongNotes(legal);
  }

  /** The same rules as tables, for those who follow them without this class; `counters` is where they begin. */
  get tables(): AutomatonTables {
    this.#tables ??= automatonTables(this.#vocabulary, {
      longestNoteSteps: this.#longestNoteSteps,
      mayEnd: this.#mayEnd,
    });
    return this.#tables;
  }

  /** What the ids so far have made of the tables' counters. */
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

  /** A velocity is for the next note-on, and there can be none; after one all the same, only note-offs lead on. */
  #allKeysDown(legal: Uint8Array): void {
    const velocities = this.#vocabulary.range("VELOCITY");
    if (velocities) legal.fill(0, velocities.first, velocities.first + velocities.count);
    if (this.#previous === "VELOCITY")
      legal.fill(1, this.#noteOffFirst, this.#noteOffFirst + this.#pitchCount);
  }
}
