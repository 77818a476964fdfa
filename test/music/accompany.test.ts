import { writeAllowed } from "../engine/allowed-ids.ts";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  assembleScore,
  cutSegments,
  decodePerformance,
  encodePerformance,
  type MidiEvent,
  type Note,
  PERFORMANCE_416,
  quantize,
  readMidi,
  scoreFromNotes,
  SEGMENT_STEPS,
  STEPS_PER_SECOND,
  shiftIds,
  writeMidi,
} from "../../encoding/index.ts";
import { Sampler } from "../../src/engine/sampler.ts";
import { runTask } from "../../src/music/generation-task.ts";
import { AccompanimentTask } from "../../src/music/accompaniment-task.ts";
import { type MusicModel, OptionError, TaskError } from "../../src/index.ts";
import { notesApart } from "../encoding/performance/any-notes.ts";
import { addedTo, tinyPiano } from "./tiny-piano.ts";

const vocabulary = PERFORMANCE_416;
const [START, MELODY, ACCOMPANIMENT] = [389, 391, 392];
let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
});

afterAll(() => piano.dispose());

/** Nine seconds; its longest note is held across two cuts. */
const MELODY_NOTES: readonly Note[] = [
  { pitch: 72, velocity: 90, startSeconds: 0, endSeconds: 0.8 },
  { pitch: 74, velocity: 90, startSeconds: 1, endSeconds: 4.9 },
  { pitch: 76, velocity: 70, startSeconds: 6, endSeconds: 7 },
  { pitch: 77, velocity: 70, startSeconds: 8.5, endSeconds: 9 },
];

/** The sequence of an accompaniment and its notes. */
async function write(notes: readonly Note[], seed: number) {
  const part = new AccompanimentTask(vocabulary, encodePerformance(notes, vocabulary), notes, seed);
  const ids: number[] = [];
  const push = part.push.bind(part);
  part.push = (id) => {
    ids.push(id);
    push(id);
  };
  await runTask(piano, part, new Sampler({ seed }), 0, {});
  return { ids, part };
}

function stepsOf(ids: readonly number[]): number {
  return ids.filter((id) => id >= 256 && id < 356).reduce((steps, id) => steps + id - 255, 0);
}

/** The ids of the segments of the piano part. */
function musicOf(ids: readonly number[]): number[] {
  let isMusic = false;
  return ids.filter((id) => {
    if (id !== MELODY && id !== ACCOMPANIMENT) return isMusic;
    isMusic = id === ACCOMPANIMENT;
    return false;
  });
}

describe("the sequence of melody and accompaniment", () => {
  it("has the unchanged melody one segment ahead and two seconds in each segment but the last", async () => {
    for (let seed = 0; seed < 5; seed += 1) {
      const { ids } = await write(MELODY_NOTES, seed);
      expect(ids[0]).toBe(START);
      const marks = ids.flatMap((id, i) => (id === MELODY || id === ACCOMPANIMENT ? [i] : []));
      const segments = marks.map((place, i) => ids.slice(place, marks[i + 1]));
      const order = segments.map(([mark]) => (mark === MELODY ? "M" : "A")).join("");
      expect("MMAMAMAMAMAA").toContain(order.slice(0, 11));
      const melody = segments.filter(([mark]) => mark === MELODY).map((segment) => segment.slice(1));
      const given = [
        ...cutSegments(encodePerformance(MELODY_NOTES, vocabulary), vocabulary),
        shiftIds(vocabulary, SEGMENT_STEPS),
      ];
      expect(melody).toEqual(given.slice(0, melody.length));
      for (const segment of segments.slice(0, -1)) expect(stepsOf(segment)).toBe(SEGMENT_STEPS);
      expect(stepsOf(segments.at(-1) ?? [])).toBeLessThanOrEqual(SEGMENT_STEPS);
    }
  });
});

describe("AccompanimentTask", () => {
  it("contains the unchanged melody and the accompaniment", async () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const { ids, part } = await write(MELODY_NOTES, seed);
      const notes = decodePerformance(musicOf(ids), vocabulary, part.step);
      const accompaniment = part.finish();
      const rest = notes.filter(({ onset }) => !accompaniment.some((note) => note.onset === onset));
      expect(
        rest.map(({ pitch, startSeconds, endSeconds }) => ({ pitch, startSeconds, endSeconds })),
      ).toEqual(
        MELODY_NOTES.map(({ pitch, startSeconds, endSeconds }) => ({ pitch, startSeconds, endSeconds })),
      );
      expect(rest.map(({ velocity }) => vocabulary.velocityBin(velocity))).toEqual(
        MELODY_NOTES.map(({ velocity }) => vocabulary.velocityBin(velocity)),
      );
      expect(notes.length).toBe(rest.length + accompaniment.length);
      expect(part.events).toBeLessThan(musicOf(ids).length);
    }
  });

  it("leaves a very long melody note to its own end", async () => {
    const long = [{ pitch: 72, velocity: 90, startSeconds: 0, endSeconds: 30 }];
    const { ids, part } = await write(long, 3);
    const held = decodePerformance(musicOf(ids), vocabulary, part.step).filter(({ pitch }) => pitch === 72);
    expect(held.map(({ startStep, endStep }) => [startStep, endStep])).toEqual([[0, 30 * STEPS_PER_SECOND]]);
    expect(part.finish().filter(({ pitch }) => pitch === 72)).toEqual([]);
  });

  it("advances to the melody event that the model predicts too early", () => {
    const melody = [
      { pitch: 72, velocity: 90, startSeconds: 0, endSeconds: 0.5 },
      { pitch: 74, velocity: 90, startSeconds: 1, endSeconds: 1.5 },
    ];
    const part = new AccompanimentTask(vocabulary, encodePerformance(melody, vocabulary), melody, 1);
    for (const id of part.prompt) part.push(id);
    const allowed = new Uint8Array(vocabulary.size);
    const draw = (wish: number): number => {
      writeAllowed([part], allowed);
      const id = part.snapId(allowed[wish] === 1 ? wish : allowed.indexOf(1));
      part.push(id);
      return id;
    };
    const shift = (steps: number): number => 255 + steps;
    expect([draw(shift(1)), draw(72)]).toEqual([378, 72]); // the melody's first note
    expect(draw(shift(20))).toBe(shift(20));
    expect(draw(128 + 72)).toBe(shift(30)); // its end, sampled at 0.2 s, comes at 0.5 s
    expect(draw(40)).toBe(128 + 72);
    writeAllowed([part], allowed);
    expect(allowed[74]).toBe(0); // no time has passed since the last event
    expect(draw(shift(10))).toBe(shift(10));
    expect(draw(74)).toBe(shift(40));
    expect(draw(74)).toBe(74);
    expect(part.events).toBe(4);
  });

  it("can represent any accompaniment that uses no key of the melody and has no long notes", () => {
    const longest = 0.98; // From 1 s on, notes may be ended at random.
    fc.assert(
      fc.property(notesApart, (any) => {
        const notes = any.map((note) => ({
          ...note,
          endSeconds: Math.min(note.endSeconds, note.startSeconds + longest),
        }));
        const melody = notes.filter(({ pitch }) => pitch > 61);
        const last = melody.reduce((latest, { endSeconds }) => Math.max(latest, quantize(endSeconds)), 0);
        const wanted = notes
          .filter(({ pitch, startSeconds }) => pitch <= 61 && quantize(startSeconds) < last)
          .map(({ pitch, startSeconds, endSeconds }) => {
            const start = quantize(startSeconds);
            return { pitch, start, end: Math.max(start + 1, quantize(endSeconds)) };
          });
        const part = new AccompanimentTask(vocabulary, encodePerformance(melody, vocabulary), melody, 1);
        for (const id of part.prompt) part.push(id);
        const allowed = new Uint8Array(vocabulary.size);
        const found = new Set<number>();
        const propose = (): number => {
          const ending = wanted.find(
            (note, i) => found.has(i) && note.end === part.step && allowed[128 + note.pitch],
          );
          if (ending) return 128 + ending.pitch;
          const striking = wanted.find(({ start }, i) => start === part.step && !found.has(i));
          if (striking) return allowed[striking.pitch] ? striking.pitch : allowed.indexOf(1, 356);
          const times = wanted.flatMap(({ start, end }, i) => (found.has(i) ? [end] : [start]));
          const next = Math.min(...times.filter((step) => step > part.step));
          return 255 + Math.min(100, next - part.step);
        };
        while (!part.isFinished) {
          writeAllowed([part], allowed);
          const only = allowed.filter((byte) => byte === 1).length === 1;
          const wish = only ? allowed.indexOf(1) : propose();
          // No shift follows a shift: at a melody onset everything else is replaced by the melody.
          const id = part.snapId(allowed[wish] === 1 ? wish : allowed.indexOf(1));
          const index = wanted.findIndex(({ start, pitch }) => start === part.step && pitch === id);
          if (index >= 0) found.add(index);
          part.push(id);
        }
        const written = part.finish().map(({ pitch, startStep, endStep }) => [pitch, startStep, endStep]);
        expect(written).toHaveLength(wanted.length);
        expect(written).toEqual(
          expect.arrayContaining(
            wanted.map(({ pitch, start, end }) => [pitch, start, Math.min(end, part.step)]),
          ),
        );
      }),
    );
  });
});

describe("accompany", () => {
  it("keeps the melody to the tick and adds a track", async () => {
    const melody = scoreFromNotes(MELODY_NOTES, "Tune");
    const { score, notes, seconds } = await piano.accompany(melody, { seed: 1 });
    expect(score.tracks.slice(0, 1)).toEqual(melody.tracks);
    expect(score.tracks).toHaveLength(2);
    expect(score.tracks[1]?.name).toBe("Accompaniment");
    expect(seconds).toBe(9);
    expect(notes).toBeGreaterThan(10);
    const read = readMidi(writeMidi(score));
    expect(read.warnings).toEqual([]);
    expect(read.notes.filter(({ track }) => track === 0)).toEqual(melody.notes);
    expect(addedTo(melody, read)).toHaveLength(notes);
  });

  it("has no note on a key that the melody holds, none after its end, and no hanging note", async () => {
    const melody = scoreFromNotes(MELODY_NOTES);
    let count = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const { score } = await piano.accompany(melody, { seed });
      for (const note of addedTo(melody, score)) {
        const clash = MELODY_NOTES.find(
          ({ pitch, startSeconds, endSeconds }) =>
            pitch === note.pitch && startSeconds <= note.startSeconds && note.startSeconds < endSeconds,
        );
        expect(clash).toBeUndefined();
        expect(note.startSeconds).toBeLessThan(10); // the segment in which the melody ends
        expect(note.endSeconds).toBeLessThanOrEqual(12);
        count += 1;
      }
    }
    expect(count).toBeGreaterThan(500);
  });

  it("starts with the melody after leading silence, at the tempo of the file", async () => {
    const tempo: MidiEvent = { kind: "meta", tick: 0, type: 0x51, data: Uint8Array.of(0x0f, 0x42, 0x40) }; // 1 s
    const on = (tick: number, data1: number, data2: number): MidiEvent => {
      return { kind: "channel", tick, status: 0x93, data1, data2 };
    };
    const events = [tempo, on(960, 60, 80), on(1440, 60, 0), on(1920, 62, 80), on(2880, 62, 0)];
    const melody = assembleScore({ kind: "quarter", ticksPerQuarter: 96 }, [
      { name: "", events, endTick: 2880 },
    ]);
    const { score } = await piano.accompany(melody, { seed: 2 });
    const added = addedTo(melody, score);
    expect(added.length).toBeGreaterThan(5);
    for (const { startSeconds } of added) expect(startSeconds).toBeGreaterThanOrEqual(10);
    // A tick of 10.4 ms becomes three.
    expect(score.division).toEqual({ kind: "quarter", ticksPerQuarter: 288 });
    const finer = events.map((event) => ({ ...event, tick: event.tick * 3 }));
    expect(score.tracks[0]).toEqual({ name: "", events: finer, endTick: 8640 });
    expect(score.notes.filter(({ track }) => track === 1).every(({ channel }) => channel !== 3)).toBe(true);
  });

  it("gives the same result for the same seed and reports progress", async () => {
    const melody = scoreFromNotes(MELODY_NOTES);
    const seen: { events: number; seconds: number; of: number }[] = [];
    const one = await piano.accompany(melody, { seed: 4, onProgress: (progress) => seen.push(progress) });
    const two = await piano.accompany(melody, { seed: 4 });
    const other = await piano.accompany(melody, { seed: 5 });
    expect(one.score.notes).toEqual(two.score.notes);
    expect(one.score.notes).not.toEqual(other.score.notes);
    expect(seen.at(-1)).toEqual({ events: one.events, seconds: 9, of: 9 });
    expect(seen.every(({ seconds }, i) => seconds >= (seen[i - 1]?.seconds ?? 0))).toBe(true);
  });

  it("stops when the signal is aborted", async () => {
    const stop = new AbortController();
    const running = piano.accompany(scoreFromNotes(MELODY_NOTES), {
      signal: stop.signal,
      onProgress: ({ events }) => {
        if (events === 5) stop.abort(new Error("enough"));
      },
    });
    await expect(running).rejects.toThrow("enough");
  });

  it("rejects a melody without notes, an option out of range, and a model without the task", async () => {
    const melody = scoreFromNotes(MELODY_NOTES);
    await expect(piano.accompany(scoreFromNotes([]))).rejects.toThrow(TaskError);
    await expect(piano.accompany(melody, { topP: 2 })).rejects.toThrow(OptionError);
    const other = await tinyPiano(["infill"]);
    await expect(other.accompany(melody)).rejects.toThrow(
      "the model was not trained to accompany: its tasks are infill",
    );
    await other.dispose();
  });
});
