/**
 * The grammar of performances: the ids that are allowed next, so that every sampled sequence decodes without loss. It excludes note-offs
 * of silent keys, notes of duration 0, note-ons of sounding keys, and all other orders of events that the encoder does not write.
 *
 * Generation, in `src/music/`, masks more: `control-token-processor.ts` forces control tokens and `ending-processor.ts` ends a piece that is
 * too long; `accompaniment-task.ts` and `infill-task.ts` force the note-offs of held notes and of the melody, and block their keys. It sets
 * `longestNoteSteps` (`note-lengths.ts`) and `mostKeys` (`limits.ts`).
 */
import {
  automatonTables,
  type AutomatonTables,
  CLOCK_START,
  tableLayout,
  COUNTDOWN_STEPS,
} from "./automaton-tables.ts";
import { followTables, type PreviousKind, PREVIOUS_KINDS } from "./grammar-rules.ts";
import type { PerformanceState } from "./performance-state.ts";

/** Limits on the durations of notes, in steps of 10 ms. */
export interface LengthLimits {
  /** The longest duration of the newest note of each key. */
  readonly current: ArrayLike<number>;
  /** The longest duration of the next note of each key. `automaton` is valid until these limits change. */
  readonly next: ArrayLike<number>;
  /** Shortest duration of all notes, under 32: shorter notes are not ended, unless no other id is allowed. Default 0. */
  readonly shortest?: number;
}

/** Additional rules of `PerformanceGrammar`. */
export interface GrammarOptions {
  /**
   * Longest duration of a note, in steps of 10 ms; or of each note, in arrays that the caller may change between ids. Once a note has
   * lasted this long, its note-off is the only allowed id wherever a note-off is allowed, which is not directly after a velocity or a
   * note-on. If several notes have, the lowest ends first. A model cannot end a note whose note-on has left its window. Default: no limit.
   */
  readonly longestNoteSteps?: number | LengthLimits;
  /** Maximum polyphony, in keys: while it is reached, no note-on is allowed. Default: all keys. */
  readonly mostKeys?: number;
  /** Whether END is allowed, where the other rules allow it. Default true. */
  readonly mayEnd?: boolean;
}

/** The grammar as an automaton with its present state. */
export interface GrammarAutomaton {
  readonly tables: AutomatonTables;
  readonly counters: Float32Array; // [counters]
  /** The limit of each id's clock; Infinity for ids without one. */
  readonly limits: Float32Array; // [vocabulary]
  /** The highest countdown of a key whose note-off is allowed: see `automaton-tables.ts`. */
  readonly highestCountdown: number;
}

/** The ids that the state of a performance allows next. */
export class PerformanceGrammar {
  readonly #state: PerformanceState;
  /** By previous kind, one byte per id: 1 where its kind may follow. */
  readonly #follows: ReadonlyMap<PreviousKind, Uint8Array>;
  readonly #noteOnFirst: number;
  readonly #noteOffFirst: number;
  /** The id of velocity bin 0, which need not exist. */
  readonly #velocityZero: number;
  readonly #limits: LengthLimits;
  readonly #mostKeys: number;
  readonly #mayEnd: boolean;
  #tables: AutomatonTables | undefined;

  /** @throws VocabularyError when the vocabulary has no performance events. */
  constructor(state: PerformanceState, options: GrammarOptions = {}) {
    this.#state = state;
    const { vocabulary } = state;
    const { longestNoteSteps = Infinity } = options;
    this.#limits =
      typeof longestNoteSteps === "number"
        ? equalLimits(longestNoteSteps, state.soundingByKey.length)
        : longestNoteSteps;
    this.#mostKeys = Math.min(options.mostKeys ?? Infinity, state.soundingByKey.length);
    this.#mayEnd = options.mayEnd ?? true;
    this.#noteOnFirst = vocabulary.id("NOTE_ON");
    this.#noteOffFirst = vocabulary.id("NOTE_OFF");
    this.#velocityZero = vocabulary.id("VELOCITY") - (vocabulary.range("VELOCITY")?.minimum ?? 0);
    this.#follows = followTables(vocabulary);
  }

  /**
   * Writes the allowed-token mask.
   *
   * @param allowed one byte per id: set to 1 where the id is allowed and 0 where not. At least one id is always allowed.
   */
  mask(allowed: Uint8Array): void {
    const { vocabulary, soundingByKey, soundingCount, onsetSteps, velocityBin, previous, step } = this.#state;
    const follows = this.#follows.get(previous);
    if (follows) allowed.set(follows);
    const keys = soundingByKey.length;
    const noteOn = this.#noteOnFirst;
    const noteOff = this.#noteOffFirst;
    const limits = this.#limits.current;
    const { shortest = 0 } = this.#limits;
    let soundingKeys = 0;
    let overdueKey = -1;
    let hasTooShort = false;
    if (soundingCount === 0) {
      allowed.fill(0, noteOff, noteOff + keys);
    } else {
      for (let key = 0; key < keys; key += 1) {
        if (soundingByKey[key] === 0) {
          allowed[noteOff + key] = 0;
          continue;
        }
        allowed[noteOn + key] = 0;
        soundingKeys += 1;
        const age = step - onsetSteps[key]!;
        if (overdueKey < 0 && age >= limits[key]!) overdueKey = key;
        if (age < shortest) hasTooShort = true;
      }
    }
    if (soundingKeys >= this.#mostKeys) this.#excludeNoteOns(allowed);
    if (velocityBin !== undefined) allowed[this.#velocityZero + velocityBin] = 0;
    else allowed.fill(0, noteOn, noteOn + keys);
    const end = vocabulary.range("END");
    if (end && (soundingCount > 0 || !this.#mayEnd)) allowed[end.first] = 0;
    if (hasTooShort) this.#keepTooShort(allowed, shortest);
    if (overdueKey >= 0 && allowed[noteOff + overdueKey] === 1) {
      allowed.fill(0);
      allowed[noteOff + overdueKey] = 1;
    }
  }

  /** Excludes the note-offs of notes that have not lasted the shortest duration, unless no other id is allowed. */
  #keepTooShort(allowed: Uint8Array, shortest: number): void {
    const { soundingByKey, onsetSteps, step } = this.#state;
    const noteOffs = allowed.subarray(this.#noteOffFirst, this.#noteOffFirst + soundingByKey.length);
    const before = noteOffs.slice();
    for (let key = 0; key < noteOffs.length; key += 1)
      if (step - onsetSteps[key]! < shortest) noteOffs[key] = 0;
    if (!allowed.includes(1)) noteOffs.set(before);
  }

  /** The same rules as an automaton in its present state, for the ONNX graph. */
  automaton(): GrammarAutomaton {
    this.#tables ??= automatonTables(this.#state.vocabulary, {
      mostKeys: this.#mostKeys,
      mayEnd: this.#mayEnd,
    });
    return {
      tables: this.#tables,
      counters: this.#counters(),
      limits: this.#clockLimits(),
      highestCountdown: COUNTDOWN_STEPS - (this.#limits.shortest ?? 0),
    };
  }

  /** The counters after the ids so far. */
  #counters(): Float32Array {
    const { vocabulary, previous, velocityBin, soundingByKey, onsetSteps, step } = this.#state;
    const layout = tableLayout(vocabulary);
    const counters = new Float32Array(layout.counters);
    counters[layout.previous + PREVIOUS_KINDS.indexOf(previous)] = 1;
    if (velocityBin !== undefined) {
      const { minimum } = vocabulary.range("VELOCITY") ?? { minimum: 0 };
      counters[layout.velocity + velocityBin - minimum] = 1;
    }
    counters.set(soundingByKey, layout.sounding);
    const { current, next } = this.#limits;
    for (let key = 0; key < onsetSteps.length; key += 1) {
      // The graph applies the limit of the next note, so the clock of the current note is set forward or back by the difference.
      const ahead = current[key] === next[key] ? 0 : next[key]! - current[key]!;
      const age = step - onsetSteps[key]!;
      counters[layout.clock + key] = Math.max(0, CLOCK_START + age + ahead);
      if (soundingByKey[key]! > 0) counters[layout.countdown + key] = Math.max(0, COUNTDOWN_STEPS - age);
    }
    return counters;
  }

  #clockLimits(): Float32Array {
    const limits = new Float32Array(this.#state.vocabulary.size).fill(Infinity);
    const { next } = this.#limits;
    for (let key = 0; key < next.length; key += 1)
      limits[this.#noteOffFirst + key] = CLOCK_START + next[key]!;
    return limits;
  }

  /** At the maximum polyphony: excludes note-ons, and velocities, which could not be followed by one; after a velocity, allows note-offs. */
  #excludeNoteOns(allowed: Uint8Array): void {
    const { vocabulary, previous, soundingByKey } = this.#state;
    const velocities = vocabulary.range("VELOCITY");
    if (velocities) allowed.fill(0, velocities.first, velocities.first + velocities.count);
    allowed.fill(0, this.#noteOnFirst, this.#noteOnFirst + soundingByKey.length);
    if (previous !== "VELOCITY") return;
    for (let key = 0; key < soundingByKey.length; key += 1)
      allowed[this.#noteOffFirst + key] = soundingByKey[key] === 0 ? 0 : 1;
  }
}

/** The same limit for all notes. */
function equalLimits(steps: number, keys: number): LengthLimits {
  const all = new Float64Array(keys).fill(steps);
  return { current: all, next: all };
}
