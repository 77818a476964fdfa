/** Several generations that go on from one prompt, read together: the weights are read once for all of them. */
import type { KeyValueCache } from "./cache.ts";
import type { Decoder, ForwardWithAttention } from "./decoder.ts";
import type { ReadOptions } from "./reading.ts";

/**
 * The way of one of several generations through a common reading. What it is asked to read waits until every other lane
 * has asked too, or has left: so all must be followed at the same time, and left.
 */
export class Lane {
  readonly #group: LaneGroup;

  constructor(group: LaneGroup) {
    this.#group = group;
  }

  /** Reads the prompt, which is the same for all lanes and read once; of a long one only the last part. */
  async read(
    ids: readonly number[],
    options: Pick<ReadOptions, "signal"> = {},
  ): Promise<ForwardWithAttention> {
    return { logits: await this.#group.begin(ids, options.signal), attention: [] };
  }

  /** Reads an id. Lanes do not roll: where learned positions end, so do all of them. */
  async push(
    ids: readonly number[],
    { roll = false }: Pick<ReadOptions, "roll"> = {},
  ): Promise<ForwardWithAttention> {
    const [id] = ids;
    if (id === undefined || ids.length > 1) throw new RangeError(`a lane reads one id, not ${ids.length}`);
    if (roll) throw new RangeError("lanes do not roll");
    return { logits: await this.#group.step(this, id), attention: [] };
  }

  /** Says that this lane reads no more; the others do not wait for it any longer. */
  leave(): void {
    this.#group.leave(this);
  }
}

/** An id that a lane has asked to be read, and who waits for the logits. */
interface Asked {
  readonly id: number;
  readonly resolve: (logits: Float32Array) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Makes lanes, and reads for them.
 *
 * @example
 * const group = new LaneGroup(decoder, 4);
 * await Promise.all(group.lanes.map((lane, i) => generateInto(pieces[i], { reading: lane }).finally(() => lane.leave())));
 */
export class LaneGroup {
  /** All lanes there were at the beginning. */
  readonly lanes: readonly Lane[];
  readonly #decoder: Decoder;
  readonly #asked = new Map<Lane, Asked>();
  /** The lanes that still read. */
  #live: readonly Lane[];
  /** The lanes whose sequences are in the cache, in its order. */
  #cached: readonly Lane[] = [];
  #cache: KeyValueCache;
  #prompt: Promise<Float32Array> | undefined;

  /**
   * @param decoder one that reads several sequences at once: on the backend "node".
   * @param withSink whether the first rows of the prompt are never evicted: see `Decoder.createCache`. Default false.
   */
  constructor(decoder: Decoder, count: number, withSink = false) {
    this.#decoder = decoder;
    this.#cache = decoder.createCache(withSink);
    this.lanes = Array.from({ length: count }, () => new Lane(this));
    this.#live = this.lanes;
  }

  /**
   * Reads the prompt at the first call; the others wait for the same logits. Lanes call it, users the lanes.
   *
   * @param signal of the first to call: it stops the reading for all.
   * @returns `[vocabulary]`
   * @throws EngineError as `Decoder.forward`; the signal's reason.
   */
  begin(ids: readonly number[], signal: AbortSignal | undefined): Promise<Float32Array> {
    this.#prompt ??= this.#decoder.forward(ids.slice(-this.#decoder.config.window), this.#cache, { signal });
    return this.#prompt;
  }

  /**
   * Notes what a lane wants read, and reads for all of them once every lane that is left has asked.
   *
   * @returns the logits of this lane's next id, `[vocabulary]`.
   * @throws EngineError as `Decoder.forward`, to all lanes alike.
   */
  step(lane: Lane, id: number): Promise<Float32Array> {
    const asked = new Promise<Float32Array>((resolve, reject) =>
      this.#asked.set(lane, { id, resolve, reject }),
    );
    this.#readWhenAllAsked();
    return asked;
  }

  /** Takes a lane out; where the others waited for it alone, they are read for at once. A second time does nothing. */
  leave(lane: Lane): void {
    this.#live = this.#live.filter((other) => other !== lane);
    this.#readWhenAllAsked();
  }

  #readWhenAllAsked(): void {
    if (this.#live.length === 0 || !this.#live.every((lane) => this.#asked.has(lane))) return;
    const lanes = this.#live;
    const asked = lanes.flatMap((lane) => this.#asked.get(lane) ?? []);
    this.#asked.clear();
    this.#read(lanes, asked).catch((reason: unknown) => {
      for (const { reject } of asked) reject(reason);
    });
  }

  async #read(lanes: readonly Lane[], asked: readonly Asked[]): Promise<void> {
    if (lanes.length !== this.#cached.length) {
      // At first the cache holds the prompt alone, from which all lanes begin.
      this.#cache = this.#cache.select(lanes.map((lane) => Math.max(0, this.#cached.indexOf(lane))));
      this.#cached = lanes;
    }
    const ids = asked.map(({ id }) => id);
    const logits = await this.#decoder.forward(ids, this.#cache); // [lanes, vocabulary]
    const size = this.#decoder.config.vocabularySize;
    for (const [i, { resolve }] of asked.entries()) resolve(logits.subarray(i * size, (i + 1) * size));
  }
}
