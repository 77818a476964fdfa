import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, PerformanceGrammar, PerformanceState } from "../../encoding/index.ts";
import { endRate, registerOf } from "../../src/music/end-rates.ts";
import { ADDED_ENDS, NoteLengthLimits } from "../../src/music/note-lengths.ts";

const of = (...event: Parameters<typeof PERFORMANCE_416.id>): number => PERFORMANCE_416.id(...event);
const VELOCITY = of("VELOCITY", 12);
const PERIOD = 16;
const FIRST_AGE = 100;

/** A performance with the limits of its notes. */
class Played {
  readonly state = new PerformanceState(PERFORMANCE_416);
  readonly limits: NoteLengthLimits;

  constructor(seed: number, promptLength = 0) {
    this.limits = new NoteLengthLimits(this.state, { seed, promptLength });
  }

  push(...ids: readonly number[]): this {
    for (const id of ids) {
      this.limits.push(this.state.push(id));
    }
    return this;
  }

  wait(steps: number): this {
    for (let left = steps; left > 0; left -= 100) this.push(of("TIME_SHIFT", Math.min(left, 100)));
    return this;
  }

  /** Adds ids without time up to the next update. */
  update(): this {
    do this.push(VELOCITY);
    while (this.state.length % PERIOD !== 0);
    return this;
  }

  noteOn(...pitches: readonly number[]): this {
    return this.push(VELOCITY, ...pitches.map((pitch) => of("NOTE_ON", pitch)));
  }

  limit(pitch: number): number {
    return this.limits.current[pitch] ?? NaN;
  }
}

/** Added ends per second. */
function addedRate(pitch: number, age: number): number {
  const share = age < ADDED_ENDS.lateFromStep ? ADDED_ENDS.early : ADDED_ENDS.late;
  return share * endRate(registerOf(pitch), age);
}

describe("the shortest duration", () => {
  it("is 0 to 8 steps, each as often, for 16 ids", () => {
    const counts = new Map<number, number>();
    for (let seed = 0; seed < 200; seed += 1) {
      const state = new PerformanceState(PERFORMANCE_416);
      const limits = new NoteLengthLimits(state, { seed, promptLength: 0, hasShortestDuration: true });
      for (let period = 0; period < 12; period += 1) {
        counts.set(limits.shortest, (counts.get(limits.shortest) ?? 0) + 1);
        const { shortest } = limits;
        for (let i = 0; i < PERIOD; i += 1) {
          expect(limits.shortest).toBe(shortest);
          state.push(VELOCITY);
          limits.push();
        }
      }
    }
    expect([...counts.keys()].toSorted((a, b) => a - b)).toEqual([...Array(9).keys()]);
    for (const count of counts.values()) expect(Math.abs(count - 2400 / 9)).toBeLessThan(60);
  });

  it("is at least half the shortest of the last notes of the prompt, and at most 11 steps", () => {
    const shortestAfter = (lengths: readonly number[]): number[] =>
      Array.from({ length: 60 }, (_, seed) => {
        const music = lengths.flatMap((length) => [
          of("NOTE_ON", 60),
          of("TIME_SHIFT", length),
          of("NOTE_OFF", 60),
        ]);
        const { length: promptLength } = music;
        const options = { seed, promptLength, hasShortestDuration: true, hasEndFactor: true };
        const state = new PerformanceState(PERFORMANCE_416);
        const limits = new NoteLengthLimits(state, options);
        for (const id of music) limits.push(state.push(id));
        return limits.shortest;
      });
    const equal = (count: number, length: number): number[] => Array.from({ length: count }, () => length);
    const range = (lengths: readonly number[]): readonly number[] => {
      const all = shortestAfter(lengths);
      return [Math.min(...all), Math.max(...all)];
    };
    expect(range(equal(30, 17))).toEqual([8, 8]);
    expect(range(equal(30, 60))).toEqual([11, 11]);
    expect(range([...equal(60, 30), 3])).toEqual([1, 8]);
    expect(range([3, ...equal(40, 60)])).toEqual([11, 11]); // 20 s before
    expect(range([...equal(60, 30), 3, 3])).toEqual([0, 5]); // more than 2 %
    expect(range([...equal(60, 30), ...equal(3, 3)])).toEqual([0, 5]); // 4.8 %
    expect(range([...equal(60, 30), ...equal(4, 3)])).toEqual([0, 0]); // 6.3 %
    expect(range([...equal(60, 30), 5, 5])).toEqual([2, 8]);
    expect(range(equal(19, 60))).toEqual([0, 8]); // too few
  });

  it("is 0 where note-offs may be forced", () => {
    expect(new Played(1).update().update().limits.shortest).toBe(0);
  });
});

describe("NoteLengthLimits", () => {
  it.each([40, 64])("ends notes as often as the model leaves them, at pitch %i", (pitch) => {
    const limits = Array.from({ length: 4000 }, (_, seed) =>
      new Played(seed)
        .wait(seed % 300)
        .noteOn(pitch)
        .update()
        .limit(pitch),
    );
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(FIRST_AGE);
    for (const age of [150, 200, 300, 500, 900]) {
      let ends = 0;
      for (let step = FIRST_AGE; step < age; step += 1) ends += addedRate(pitch, step) / 100;
      const share = limits.filter((limit) => limit >= age).length / limits.length;
      expect(Math.abs(share - Math.exp(-ends)), `after ${age} steps`).toBeLessThan(0.03);
    }
  });

  it("ends notes of different ages together", () => {
    let together = 0;
    for (let seed = 0; seed < 400; seed += 1) {
      const played = new Played(seed).noteOn(60, 62).wait(30).noteOn(64).update();
      expect(played.limit(60)).toBe(played.limit(62));
      if (played.limit(64) + 30 === played.limit(60)) together += 1;
    }
    expect(together).toBeGreaterThan(150);
  });

  it("depends on seed, onset and pitch, not on the ids between", () => {
    const limits = (seed: number): number[] => {
      const played = new Played(seed).wait(250).noteOn(64, 30).update();
      return [played.limit(64), played.limit(30)];
    };
    const others = new Played(1).noteOn(70).wait(130).noteOn(50).wait(120).noteOn(64, 30).update();
    expect([others.limit(64), others.limit(30)]).toEqual(limits(1));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => limits(seed)[0])).size).toBeGreaterThan(15);
  });

  it("lets notes of the prompt sound on, as new notes of their age do", () => {
    const prompt = (seed: number): Played => {
      const played = new Played(seed, 7);
      return played.noteOn(64).wait(500);
    };
    const left = Array.from({ length: 2000 }, (_, seed) => prompt(seed).limit(64) - 500);
    expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
    const share = left.filter((steps) => steps >= 100).length / left.length;
    expect(Math.abs(share - Math.exp(-addedRate(64, 550)))).toBeLessThan(0.03);
  });

  it("counts a note from its own onset after the next update, until then from the last one", () => {
    const played = new Played(5).wait(40);
    const [before] = [played.limits.next[64]];
    played.noteOn(64);
    expect(played.limit(64)).toBe(before);
    expect(played.limits.idsUntilUpdate()).toBe(PERIOD - played.state.length);
    played.update();
    expect(played.limit(64)).toBe(new Played(5).wait(40).update().limits.next[64]);
  });

  it("removes the limit of a note, not of the next one on its key", () => {
    const played = new Played(2).noteOn(64);
    played.limits.removeLimit(64);
    expect(played.update().limit(64)).toBe(Infinity);
    expect(played.push(of("NOTE_OFF", 64)).noteOn(64).update().limit(64)).toBeLessThan(Infinity);
  });

  it("ends notes sooner after music whose notes end soon, on request", () => {
    const median = (length: number): number => {
      const limits = Array.from({ length: 400 }, (_, seed) => {
        const state = new PerformanceState(PERFORMANCE_416);
        const music = Array.from({ length: 8 }, () => [
          ...[40, 50, 60, 70].map((pitch) => of("NOTE_ON", pitch)),
          ...Array.from({ length: length / 100 }, () => of("TIME_SHIFT", 100)),
          ...[40, 50, 60, 70].map((pitch) => of("NOTE_OFF", pitch)),
        ]).flat();
        const varied = new NoteLengthLimits(state, { seed, promptLength: music.length, hasEndFactor: true });
        for (const id of music) varied.push(state.push(id));
        return varied.next[60]!;
      });
      return limits.toSorted((a, b) => a - b)[200]!;
    };
    expect(median(200)).toBeLessThan(0.8 * median(600));
  });

  it("a copy goes on by itself", () => {
    const played = new Played(3, 4).noteOn(64).wait(120);
    const state = played.state.fork();
    const copy = played.limits.fork(state);
    for (const id of [VELOCITY, of("NOTE_ON", 40), ...Array.from({ length: 20 }, () => VELOCITY)]) {
      state.push(id);
      copy.push();
      played.push(id);
      expect([...copy.current]).toEqual([...played.limits.current]);
      expect([...copy.next]).toEqual([...played.limits.next]);
    }
    state.push(of("NOTE_ON", 41));
    copy.push();
    expect(copy.current[41]).not.toBe(played.limit(41));
  });

  it("forces the note-off at the first moment where one is allowed", () => {
    const played = new Played(9).noteOn(64).update();
    const grammar = new PerformanceGrammar(played.state, { longestNoteSteps: played.limits });
    const allowed = new Uint8Array(PERFORMANCE_416.size);
    const isForced = (): boolean => {
      grammar.mask(allowed);
      return allowed[of("NOTE_OFF", 64)] === 1 && allowed.filter((each) => each === 1).length === 1;
    };
    const limit = played.limit(64);
    played.wait(limit - 1);
    expect(isForced()).toBe(false);
    played.push(of("TIME_SHIFT", 1));
    expect(isForced()).toBe(true);
  });
});
