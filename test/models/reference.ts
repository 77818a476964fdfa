/**
 * The decoder once more, slow and obvious, in float64: the formulas of GPT-2 and of the Music Transformer as loops, one
 * position at a time, without cache, mask or skew. The graph is tested against it.
 */
import { randomFractions } from "../random-numbers.ts";
import { type DecoderConfig, headSize, type Tensor, tensorShapes } from "../../models/index.ts";

/** Logits for every position: `[ids, vocabularySize]`. */
export function referenceLogits(
  config: DecoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ids: readonly number[],
): number[][] {
  const model = new Reference(config, tensors);
  return model.logits(ids);
}

/**
 * As `referenceLogits`, with the relative term by the paper's skewing (Huang et al. 2018, section 3.4.1, "Skew"), done
 * literally on whole matrices. For sequences within the window.
 */
export function skewingLogits(
  config: DecoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ids: readonly number[],
): number[][] {
  const model = new Reference(config, tensors, "skewing");
  return model.logits(ids);
}

/**
 * As `referenceLogits`, where not all that is behind a position is seen from it. How far apart two are is counted in those
 * that are seen.
 *
 * @param seenBy the times that the one at a position sees, in order, its own the last of them.
 */
export function logitsSeeing(
  config: DecoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ids: readonly number[],
  seenBy: (position: number) => readonly number[],
): number[][] {
  const model = new Reference(config, tensors, "by distance", seenBy);
  return model.logits(ids);
}

/** The attention of the last position: `[layers][heads][times seen]`. */
export function referenceAttention(
  config: DecoderConfig,
  tensors: ReadonlyMap<string, Tensor>,
  ids: readonly number[],
): number[][][] {
  const model = new Reference(config, tensors);
  model.logits(ids);
  return range(config.layers).map((layer) => model.attention.get(`h.${layer}`) ?? []);
}

/** Tensors of a config, filled from a fixed sequence of numbers. */
export function randomTensors(config: DecoderConfig, seed: number): Map<string, Tensor> {
  const random = randomFractions(seed);
  const tensors = new Map<string, Tensor>();
  for (const [name, shape] of tensorShapes(config)) {
    const size = shape.reduce((product, length) => product * length, 1);
    const middle = /ln_.*weight/.test(name) ? 1 : 0;
    tensors.set(name, { shape, values: Float32Array.from({ length: size }, () => middle + random() - 0.5) });
  }
  return tensors;
}

/** Ids from a fixed sequence of numbers. */
export function randomIds(count: number, vocabularySize: number, seed: number): number[] {
  const random = randomFractions(seed);
  return Array.from({ length: count }, () => Math.floor(random() * vocabularySize));
}

/** Numbers from −0.5 to 0.5, from a fixed sequence. */
export function centredNumbers(count: number, seed: number): number[] {
  const random = randomFractions(seed);
  return Array.from({ length: count }, () => random() - 0.5);
}

/** The largest difference, relative to the largest of the expected values. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Infinity;
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < expected.length; i += 1) {
    const wanted = expected[i] ?? NaN;
    const distance = Math.abs((found[i] ?? NaN) - wanted);
    if (!Number.isFinite(distance)) return Infinity;
    difference = Math.max(difference, distance);
    largest = Math.max(largest, Math.abs(wanted));
  }
  return difference / largest;
}

class Reference {
  /** Of each block, the weights of the position computed last: `[heads][times seen]`. */
  readonly attention = new Map<string, number[][]>();
  readonly #config: DecoderConfig;
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #how: "by distance" | "skewing";
  readonly #seenBy: (position: number) => readonly number[];

  constructor(
    config: DecoderConfig,
    tensors: ReadonlyMap<string, Tensor>,
    how: "by distance" | "skewing" = "by distance",
    seenBy?: (position: number) => readonly number[],
  ) {
    this.#config = config;
    this.#tensors = tensors;
    this.#how = how;
    this.#seenBy =
      seenBy ??
      ((position) => {
        const first = Math.max(0, position - config.window + 1);
        return range(position - first + 1).map((i) => first + i);
      });
  }

  logits(ids: readonly number[]): number[][] {
    const { width, layers, vocabularySize, tiedHead, position } = this.#config;
    let stream = ids.map((id, time) =>
      range(width).map(
        (i) =>
          this.#at("wte.weight", id * width + i) +
          (position.kind === "learned" ? this.#at("wpe.weight", time * width + i) : 0),
      ),
    );
    for (const layer of range(layers)) stream = this.#block(layer, stream);
    const head = tiedHead ? "wte.weight" : "lm_head.weight";
    return stream.map((x) => {
      const normed = this.#norm("ln_f", x);
      return range(vocabularySize).map((id) =>
        sum(width, (i) => (normed[i] ?? NaN) * this.#at(head, id * width + i)),
      );
    });
  }

  #block(layer: number, stream: number[][]): number[][] {
    const name = `h.${layer}`;
    const { width, feedForward } = this.#config;
    const qkv = stream.map((x) =>
      this.#linear(`${name}.attn.c_attn`, width, 3 * width, this.#norm(`${name}.ln_1`, x)),
    );
    const skewed = this.#how === "skewing" ? this.#skewed(name, qkv) : undefined;
    const { scaleByHeadSize = true, scaleByLayer = false } = this.#config;
    const divisor =
      (scaleByHeadSize ? Math.sqrt(headSize(this.#config)) : 1) * (scaleByLayer ? layer + 1 : 1);
    return stream.map((x, time) => {
      const attended = this.#attention(name, divisor, qkv, time, skewed);
      const between = added(x, this.#linear(`${name}.attn.c_proj`, width, width, attended));
      const grown = this.#linear(`${name}.mlp.c_fc`, width, feedForward, this.#norm(`${name}.ln_2`, between));
      return added(between, this.#linear(`${name}.mlp.c_proj`, feedForward, width, grown.map(gelu)));
    });
  }

  /** What the position at `time` gathers from those it sees. */
  #attention(
    name: string,
    divisor: number,
    qkv: readonly number[][],
    time: number,
    skewed?: readonly (readonly number[][])[],
  ): number[] {
    const { width, heads } = this.#config;
    const size = headSize(this.#config);
    const seen = this.#seenBy(time);
    this.attention.set(name, []);
    return range(heads).flatMap((head) => {
      const part = (at: number, which: number, i: number): number =>
        qkv[at]?.[which * width + head * size + i] ?? NaN;
      const query = range(size).map((i) => part(time, 0, i) / divisor);
      const scores = seen.map(
        (other, place) =>
          sum(size, (i) => (query[i] ?? NaN) * part(other, 1, i)) +
          (skewed?.[head]?.[time]?.[other] ?? this.#relative(name, query, head, seen.length - 1 - place)),
      );
      const weights = softmax(scores);
      this.attention.get(name)?.push(weights);
      return range(size).map((i) => sum(seen.length, (s) => (weights[s] ?? NaN) * part(seen[s] ?? -1, 2, i)));
    });
  }

  /** The query's product with the vector of a distance; the last vector is distance 0. */
  #relative(name: string, query: readonly number[], head: number, distance: number): number {
    const { position } = this.#config;
    if (position.kind === "learned" || distance >= position.maxDistance) return 0;
    const table = position.sharedHeads ? 0 : head;
    const row = table * position.maxDistance + position.maxDistance - 1 - distance;
    const size = query.length;
    return sum(size, (i) => (query[i] ?? NaN) * this.#at(`${name}.attn.relative.weight`, row * size + i));
  }

  /** Skew(Q·Eᵀ) for every head; only what is on and below the diagonal means something.  # [heads][time][time] */
  #skewed(name: string, qkv: readonly number[][]): number[][][] {
    const { heads, position } = this.#config;
    if (position.kind === "learned") throw new TypeError("learned positions have nothing to skew");
    const size = headSize(this.#config);
    const length = qkv.length; // L
    const { maxDistance, sharedHeads } = position;
    return range(heads).map((head) => {
      const vector = (row: number, i: number): number => {
        const stored = maxDistance - length + row; // E's last L rows, zeros where there are fewer
        if (stored < 0) return 0;
        const at = (sharedHeads ? 0 : head) * maxDistance + stored;
        return this.#at(`${name}.attn.relative.weight`, at * size + i);
      };
      const query = (time: number, i: number): number =>
        (qkv[time]?.[head * size + i] ?? NaN) / Math.sqrt(size);
      // Q·Eᵀ  # [L][L]
      const byDistance = range(length).map((time) =>
        range(length).map((row) => sum(size, (i) => query(time, i) * vector(row, i))),
      );
      // 1. A column of zeros on the left.  # [L][L + 1]
      const padded = byDistance.map((row) => [0, ...row]);
      // 2. The same numbers as a matrix of L columns.  # [L + 1][L]
      const flat = padded.flat();
      const reshaped = range(length + 1).map((row) => flat.slice(row * length, (row + 1) * length));
      // 3. Without its first row.  # [L][L]
      return reshaped.slice(1);
    });
  }

  #linear(name: string, inputs: number, outputs: number, x: readonly number[]): number[] {
    return range(outputs).map(
      (o) =>
        sum(inputs, (i) => (x[i] ?? NaN) * this.#at(`${name}.weight`, i * outputs + o)) +
        this.#at(`${name}.bias`, o),
    );
  }

  #norm(name: string, x: readonly number[]): number[] {
    const mean = sum(x.length, (i) => x[i] ?? NaN) / x.length;
    const variance = sum(x.length, (i) => ((x[i] ?? NaN) - mean) ** 2) / x.length;
    const scale = 1 / Math.sqrt(variance + this.#config.normEpsilon);
    return x.map(
      (value, i) => (value - mean) * scale * this.#at(`${name}.weight`, i) + this.#at(`${name}.bias`, i),
    );
  }

  #at(name: string, index: number): number {
    return this.#tensors.get(name)?.values[index] ?? NaN;
  }
}

function gelu(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

function softmax(scores: readonly number[]): number[] {
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = sum(powers.length, (i) => powers[i] ?? NaN);
  return powers.map((power) => power / total);
}

function added(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + (b[i] ?? NaN));
}

function sum(count: number, term: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i += 1) total += term(i);
  return total;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
