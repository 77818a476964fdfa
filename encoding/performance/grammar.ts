/**
 * The grammar of performances: which ids are allowed next, so that every sampled sequence decodes without loss. It excludes note-offs
 * of silent keys, notes without length, note-ons of sounding keys, and everything that the encoder never writes.
 *
 * Generation, in `src/music/`, masks more: `control-token-processor.ts` forces control tokens and `ending-processor.ts` closes a late
 * piece; `accompaniment-task.ts` and `infill-task.ts` force the note-offs of held notes and of the melody, and block their keys. It sets `longestNoteSteps` to 4 s
 * and `mostKeys` (`limits.ts`, by `build-prompt.ts` and `accompaniment-task.ts`).
 */
import { automatonTables, type AutomatonTables, tableLayout } from "./automaton-tables.ts";
import { followTables, type PreviousKind, PREVIOUS_KINDS } from "./grammar-rules.ts";
import type { PerformanceState } from "./performance-state.ts";

/** Additional rules of `PerformanceGrammar`. */
export interface GrammarOptions {
  /**
   * Longest duration of a note, in steps of 10 ms. Once a note has lasted this long, its note-off is the only allowed id wherever a
   * note-off is allowed, which is not directly after a velocity or a note-on. If several notes have, the lowest ends first.
   * A model cannot end a note whose note-on has left its window. Default: no limit.
   */
  readonly longestNoteSteps?: number;
  /** Most keys that may sound at once: while they do, no note-on is allowed. Default: all keys. */
  readonly mostKeys?: number;
  /** Whether END is allowed, where the other rules allow it. Default true. */
  readonly mayEnd?: boolean;
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
  readonly #longestNoteSteps: number;
  readonly #mostKeys: number;
  readonly #mayEnd: boolean;
  #tables: AutomatonTables | undefined;

  /** @throws VocabularyError when the vocabulary has no performance events. */
  constructor(state: PerformanceState, options: GrammarOptions = {}) {
    this.#state = state;
    const { vocabulary } = state;
    this.#longestNoteSteps = options.longestNoteSteps ?? Infinity;
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
    const overdueSince = step - this.#longestNoteSteps;
    let soundingKeys = 0;
    let overdueKey = -1;
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
        if (overdueKey < 0 && onsetSteps[key]! <= overdueSince) overdueKey = key;
      }
    }
    if (soundingKeys >= this.#mostKeys) this.#mostKeysDown(allowed);
    if (velocityBin !== undefined) allowed[this.#velocityZero + velocityBin] = 0;
    else allowed.fill(0, noteOn, noteOn + keys);
    const end = vocabulary.range("END");
    if (end && (soundingCount > 0 || !this.#mayEnd)) allowed[end.first] = 0;
    if (overdueKey >= 0 && allowed[noteOff + overdueKey] === 1) {
      allowed.fill(0);
      allowed[noteOff + overdueKey] = 1;
    }
  }

  /** The same rules as the tables of an automaton, for the ONNX graph. */
  get tables(): AutomatonTables {
    this.#tables ??= automatonTables(this.#state.vocabulary, {
      longestNoteSteps: this.#longestNoteSteps,
      mostKeys: this.#mostKeys,
      mayEnd: this.#mayEnd,
    });
    return this.#tables;
  }

  /** The counters of the automaton after the ids so far, `[counters]`. */
  counters(): Float32Array {
    const { vocabulary, previous, velocityBin, soundingByKey, onsetSteps, step } = this.#state;
    const layout = tableLayout(vocabulary);
    const counters = new Float32Array(layout.counters);
    counters[layout.previous + PREVIOUS_KINDS.indexOf(previous)] = 1;
    if (velocityBin !== undefined) {
      const { minimum } = vocabulary.range("VELOCITY") ?? { minimum: 0 };
      counters[layout.velocity + velocityBin - minimum] = 1;
    }
    counters.set(soundingByKey, layout.sounding);
    for (let key = 0; key < onsetSteps.length; key += 1)
      counters[layout.clock + key] = step - onsetSteps[key]!;
    return counters;
  }

  /** If the most keys sound, no note-on can follow a velocity, so none is allowed; after a velocity, note-offs are. */
  #mostKeysDown(allowed: Uint8Array): void {
    const { vocabulary, previous, soundingByKey } = this.#state;
    const velocities = vocabulary.range("VELOCITY");
    if (velocities) allowed.fill(0, velocities.first, velocities.first + velocities.count);
    allowed.fill(0, this.#noteOnFirst, this.#noteOnFirst + soundingByKey.length);
    if (previous !== "VELOCITY") return;
    for (let key = 0; key < soundingByKey.length; key += 1)
      allowed[this.#noteOffFirst + key] = soundingByKey[key] === 0 ? 0 : 1;
  }
}
