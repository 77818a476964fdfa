/** Generates triples of onset, duration and note (Thickstun et al. 2023, "Anticipatory Music Transformer"). */
import {
  allowedIds,
  anticipate,
  type ArrivalNote,
  type ArrivalSlot,
  type ArrivalVocabulary,
  type IdSpan,
  padWithRests,
  type TimedEvent,
} from "../../../encoding/index.ts";
import {
  CachedContext,
  type Decoder,
  type GeneratedId,
  type IdRange,
  type Sampler,
  type SamplesAhead,
  type SequenceContext,
} from "../../engine/index.ts";
import { ArrivalAhead } from "./arrival-ahead.ts";
import { ArrivalSequenceWindow } from "./arrival-window.ts";
import { requirePlayers } from "./players.ts";

export interface GenerateArrivalOptions {
  readonly vocabulary: ArrivalVocabulary;
  readonly sampler: Sampler;
  /** Events before the generated ones, in order of onset, without rests. Default: none. */
  readonly prompt?: readonly TimedEvent[] | undefined;
  /** Notes that the model reads 5 s before their time, in any order. Default: none. */
  readonly controls?: readonly ArrivalNote[] | undefined;
  /** The earliest onset, in steps of 10 ms. Default: that of the last event of the prompt. */
  readonly startStep?: number | undefined;
  /** Generation ends before the first event at or after this step. Default: it does not end. */
  readonly endStep?: number | undefined;
  /** Instruments of the generated notes. Default: all. */
  readonly players?: ReadonlySet<number> | undefined;
  /** Return this many of the likeliest candidates with each id. */
  readonly candidates?: number | undefined;
  /** Ids sampled earlier in the same generation: the counter of the random numbers. Default 0. */
  readonly randomStep?: number | undefined;
  /** The number of triples that remain after a full window was shortened: see `ArrivalSequenceWindow`. */
  readonly keptTriples?: number | undefined;
  readonly context?: SequenceContext | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A generated event, and the samples of its onset, duration and note. */
export interface GeneratedArrival {
  readonly event: TimedEvent;
  readonly samples: readonly [GeneratedId, GeneratedId, GeneratedId];
}

/**
 * Generates events in order of onset. Controls are inserted 5 s before their time. Rests mark the passage of time only.
 *
 * @throws EngineError as `Decoder.forward`; ArrivalError for notes that are not in the vocabulary; OptionError when none of the `players`
 * is in the vocabulary; the signal's reason.
 */
export async function* generateArrival(
  decoder: Decoder,
  options: GenerateArrivalOptions,
): AsyncGenerator<GeneratedArrival, void> {
  const {
    vocabulary,
    sampler,
    prompt = [],
    controls = [],
    players,
    candidates,
    keptTriples,
    signal,
  } = options;
  if (players) requirePlayers(vocabulary, players);
  const { startStep = prompt.at(-1)?.onsetStep ?? 0, endStep = Infinity } = options;
  const context = options.context ?? new CachedContext(decoder);
  const isAnticipating = controls.length > 0;
  const window = new ArrivalSequenceWindow({
    vocabulary,
    isAnticipating,
    positions: decoder.config.window,
    keptTriples,
  });
  const instruments = new Set<number>();
  const append = (event: TimedEvent): void => {
    window.push(event);
    if (event.kind === "note") instruments.add(event.instrument);
  };
  const start = anticipate(padWithRests(prompt, startStep, vocabulary), controls, {
    vocabulary,
    startStep: isAnticipating ? startStep : undefined,
  });
  for (const event of start.events) append(event);
  const upcoming = start.left;
  let inserted = 0;

  const { vocabularySize } = decoder.config;
  const allowed = new Uint8Array(vocabularySize);
  let randomStep = options.randomStep ?? 0;
  const sample = (logits: Float32Array, slot: ArrivalSlot, spans: readonly IdSpan[]): GeneratedId => {
    allowed.fill(0);
    for (const { first, end } of spans) allowed.fill(1, first, end);
    const step = randomStep;
    randomStep += 1;
    const rules = { allowed, slice: { first: vocabulary.slot(slot).first, vocabularySize } };
    return candidates === undefined
      ? { id: sampler.sample(logits, step, rules) }
      : sampler.sampleWithCandidates(logits, step, rules, candidates);
  };
  /** The ids of a slot: the only ones whose logits are needed. */
  const rangeOf = (slot: ArrivalSlot): IdRange => {
    const { first, end } = vocabulary.slot(slot);
    return { first, count: end - first };
  };

  for (let step = Math.max(startStep, prompt.at(-1)?.onsetStep ?? 0); ;) {
    for (; inserted < upcoming.length; inserted += 1) {
      const control = upcoming[inserted]!;
      if (control.onsetStep > step + vocabulary.anticipationSteps) break;
      append(control);
    }
    const ids = window.ids(step);
    const spansOf = (slot: ArrivalSlot): IdSpan[] =>
      allowedIds(slot, { vocabulary, fromStep: step - window.startStep, instruments, players });
    /** Samples the ids from a slot on, for drafts. */
    const aheadOf = (slot: ArrivalSlot, fromStep: number) => (): SamplesAhead =>
      new ArrivalAhead({
        vocabulary,
        vocabularySize,
        sampler,
        step: randomStep,
        slot,
        fromStep,
        instruments,
        players,
      });
    const read = await context.prefill(ids, {
      range: rangeOf("onset"),
      signal,
      ahead: aheadOf("onset", step - window.startStep),
    });
    const onset = sample(read.logits, "onset", spansOf("onset"));
    const onsetStep = window.startStep + onset.id;
    if (onsetStep >= endStep) return;
    const { logits } = await context.append([onset.id], {
      range: rangeOf("duration"),
      signal,
      ahead: aheadOf("duration", onset.id),
    });
    const duration = sample(logits, "duration", spansOf("duration"));
    const last = await context.append([duration.id], {
      range: rangeOf("note"),
      signal,
      ahead: aheadOf("note", onset.id),
    });
    const note = sample(last.logits, "note", spansOf("note"));
    const event: TimedEvent =
      note.id === vocabulary.rest
        ? { kind: "rest", onsetStep }
        : {
            kind: "note",
            onsetStep,
            durationSteps: duration.id - vocabulary.durationFirst,
            ...vocabulary.note(note.id - vocabulary.noteFirst),
            isControl: false,
          };
    append(event);
    step = onsetStep;
    yield { event, samples: [onset, duration, note] };
  }
}
