/** Results of the code of the Anticipatory Music Transformer, made by `golden/make_golden.py`. */
import { readFileSync } from "node:fs";
import {
  type ArrivalEvent,
  type ArrivalNote,
  readMidi,
  type Score,
  type TimedEvent,
} from "../../../encoding/index.ts";

const GOLDEN = new URL("./golden/", import.meta.url);
const [DURATION, NOTE, REST, CONTROL, SEPARATOR] = [10_000, 11_000, 27_512, 27_513, 55_025];

export function readGolden<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, GOLDEN), "utf8")) as Shape;
}

export function goldenBytes(name: string): Uint8Array {
  return readFileSync(new URL(`midi/${name}`, GOLDEN));
}

/** A file as parsed by the authors' code. */
export function goldenScore(name: string): Score {
  return readMidi(goldenBytes(name), { compatibility: "anticipation" });
}

/** Events of the golden files: flat, with onsets from the start of the piece, which may exceed the last onset id. */
export function absoluteIds(events: readonly ArrivalEvent[]): number[] {
  return events.flatMap((event) => {
    if (event.kind === "separator") return [SEPARATOR, SEPARATOR, SEPARATOR];
    if (event.kind === "rest") return [event.onsetStep, DURATION, REST];
    const { onsetStep, durationSteps, instrument, pitch } = event;
    const offset = event.isControl ? CONTROL : 0;
    return [offset + onsetStep, offset + DURATION + durationSteps, offset + NOTE + 128 * instrument + pitch];
  });
}

/** The inverse of `absoluteIds`. */
export function absoluteEvents(ids: readonly number[]): ArrivalEvent[] {
  return Array.from({ length: ids.length / 3 }, (_, index): ArrivalEvent => {
    const [onset = 0, duration = 0, note = 0] = ids.slice(index * 3);
    if (note === SEPARATOR) return { kind: "separator" };
    if (note === REST) return { kind: "rest", onsetStep: onset };
    const isControl = note > REST;
    const offset = isControl ? CONTROL : 0;
    const value = note - offset - NOTE;
    return {
      kind: "note",
      onsetStep: onset - offset,
      durationSteps: duration - offset - DURATION,
      instrument: Math.floor(value / 128),
      pitch: value % 128,
      isControl,
    };
  });
}

export function notesOf(events: readonly ArrivalEvent[]): ArrivalNote[] {
  return events.filter((event) => event.kind === "note");
}

export function timedEvents(ids: readonly number[]): TimedEvent[] {
  return absoluteEvents(ids).filter((event) => event.kind !== "separator");
}
