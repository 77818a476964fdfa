/** Ids, one after the other, from a model. */
import type { Decoder } from "./decoder.ts";
import { type Legality, MOST_STEPS, stepsPerRun } from "./loop.ts";
import type { BatchSequence } from "./batch.ts";
import { CachedContext } from "./cached-context.ts";
import { type Draw, nothingToDraw, type Sampler, type Steering } from "./sampler.ts";

/** What may come next; told of every id, prompt included. */
export interface Constraint {
  /** Tells it of the next id of the sequence; of a prompt, or of `override`, that may be one which the mask would have ruled out. */
  push(id: number): void;
  /** Sets one byte an id: 1 where it may come next, 0 where not. */
  mask(legal: Uint8Array): void;
  /**
   * Leans on the draws. It is asked after every `STEERING_PERIOD` ids of the sequence, of a prompt only at the last such place, and
   * the answer, which depends on nothing but the ids so far, holds for as many; until the first time nothing does.
   */
  steering?(): Steering;
  /** The same rules as tables, and what the ids so far have made of their counters: for a graph that draws by itself. */
  legality?(): Legality;
}

/** Where a graph draws by itself, that is the longest of its runs. */
export const STEERING_PERIOD = MOST_STEPS;

/** Tells a constraint of the ids as they come, and asks for its steering when it is time to. */
export class Follower {
  readonly #constraint: Constraint | undefined;
  #length = 0;
  /** What holds now. */
  steering: Steering = {};

  /** @param prompt ids that come first. */
  constructor(constraint: Constraint | undefined, prompt: readonly number[]) {
    this.#constraint = constraint;
    const lastAsked = prompt.length - (prompt.length % STEERING_PERIOD);
    for (const id of prompt) this.#push(id, this.#length + 1 === lastAsked);
  }

  push(id: number): void {
    this.#push(id, (this.#length + 1) % STEERING_PERIOD === 0);
  }

  /** For how many more ids it holds. */
  get held(): number {
    return STEERING_PERIOD - (this.#length % STEERING_PERIOD);
  }

  #push(id: number, asks: boolean): void {
    this.#constraint?.push(id);
    this.#length += 1;
    if (asks) this.steering = this.#constraint?.steering?.() ?? {};
  }
}

/** What to continue, how ids are drawn, and what has a say in them. */
export interface GenerateIdsOptions {
  /** Ids to continue; at least one. Of a prompt longer than the model's window only the last part is read. */
  readonly prompt: readonly number[];
  readonly sampler: Sampler;
  readonly constraint?: Constraint;
  /** Ask for this many of the likeliest candidates of each draw, and the log-probability of what was drawn. */
  readonly candidates?: number;
  /** Draws that came before, in an earlier part of the same generation: the random numbers go on from there. Default 0. */
  readonly randomStep?: number;
  /** What to read with; it may have read a part already. Default: a new one. */
  readonly context?: CachedContext | BatchSequence;
  /** See `ReadOptions`. Default false. */
  readonly reuseBeyondWindow?: boolean;
  /** See `ReadOptions`. Default false: with learned positions the generation ends in an error where they do. */
  readonly contextShift?: boolean;
  /** Has the last word on each id: is given the draw, answers with what is to come. Default: takes what was drawn. */
  readonly override?: (drawn: GeneratedId) => Promise<number>;
  /** Stops the generation: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A generated id; with `candidates`, the whole draw. */
export type GeneratedId = Pick<Draw, "id"> & Partial<Draw>;

/**
 * Draws ids without end; stop iterating when there are enough. Relative attention lets the cache roll, so memory and
 * time for an id stay the same however long this goes on. Learned positions end: at the window's with an EngineError, or with
 * `roll` every half window in reading the last half anew, which the next id waits for.
 *
 * Where the decoder's graph can draw, it does, several ids in a run. What it cannot do is done here, an id at a time:
 * candidates, choices, the repetition penalty, constraints without tables. Both draw the same ids, but for those of which two are
 * equally good within the rounding of the logits.
 *
 * @throws EngineError where constraint and biases leave nothing to draw; else as `Reading`.
 */
export async function* generateIds(
  decoder: Decoder,
  options: GenerateIdsOptions,
): AsyncGenerator<GeneratedId, never> {
  const {
    prompt,
    sampler,
    constraint,
    candidates,
    randomStep = 0,
    reuseBeyondWindow = false,
    contextShift = false,
    override,
    signal,
  } = options;
  const { window, vocabularySize } = decoder.config;
  const follower = new Follower(constraint, prompt);
  const legal = constraint && new Uint8Array(vocabularySize);
  const recent = sampler.needsRecent ? prompt.slice(-window) : undefined;
  const reading = options.context ?? new CachedContext(decoder);
  signal?.throwIfAborted();
  let { logits } = await reading.prefill(prompt, { reuseBeyondWindow, signal });
  const inside =
    decoder.drawsInside &&
    stepsPerRun(decoder.config) > 1 &&
    reading instanceof CachedContext &&
    candidates === undefined &&
    override === undefined &&
    !sampler.needsRecent &&
    (constraint === undefined || constraint.legality !== undefined)
      ? reading
      : undefined;
  for (let step = randomStep; ; step += 1) {
    if (constraint && legal) constraint.mask(legal);
    const context = { legal, recent, ...follower.steering };
    const drawn =
      candidates === undefined
        ? { id: sampler.sample(logits, step, context) }
        : sampler.draw(logits, step, context, candidates);
    const next = override ? chosen(drawn, await override(drawn)) : drawn;
    follower.push(next.id);
    if (recent?.push(next.id) === window + 1) recent.shift();
    yield next;
    if (inside)
      return yield* drawnInside(decoder, inside, follower, next.id, { ...options, randomStep: step + 1 });
    signal?.throwIfAborted();
    ({ logits } = await reading.append([next.id], { contextShift, signal }));
  }
}

/** The ids after `previous`, drawn by the graph. */
async function* drawnInside(
  decoder: Decoder,
  reading: CachedContext,
  follower: Follower,
  previous: number,
  { sampler, constraint, randomStep = 0, contextShift = false, signal }: GenerateIdsOptions,
): AsyncGenerator<GeneratedId, never> {
  const most = stepsPerRun(decoder.config);
  let step = randomStep;
  // The first runs are short: whoever waits for the beginning shall not wait for many ids.
  for (let wish = 2; ; wish = Math.min(2 * wish, most)) {
    signal?.throwIfAborted();
    const steps = Math.max(1, Math.min(wish, most, reading.maxRunLength, follower.held));
    const draws = sampler.graphDraws(step, steps, decoder.config.vocabularySize, follower.steering);
    const ids = await reading.draw(
      previous,
      { ...draws, legality: constraint?.legality?.() },
      { contextShift },
    );
    for (const id of ids) {
      follower.push(id);
      yield { id };
      previous = id;
    }
    if (ids.length < steps) throw nothingToDraw();
    step += steps;
  }
}

/** The draw as if it had given this id; its log-probability is known if it was among the candidates. */
function chosen(drawn: GeneratedId, id: number): GeneratedId {
  if (id === drawn.id) return drawn;
  const { candidates = [] } = drawn;
  const candidate = candidates.find((each) => each.id === id);
  return { id, candidates, logProbability: candidate && Math.log(candidate.probability) };
}
