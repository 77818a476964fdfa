import { describe, expect, it } from "vitest";
import { decodePerformance, encodePerformance, PERFORMANCE_388 } from "../../../encoding/index.ts";
import type { MusicEvent } from "../../../src/index.ts";
import { LiveNotes } from "../../../web/music/live-notes.ts";

/** The events of ids, with their times. */
function eventsOf(ids: Iterable<number>): MusicEvent[] {
  let steps = 0;
  return Array.from(ids, (id) => {
    const { kind, value } = PERFORMANCE_388.event(id);
    if (kind === "TIME_SHIFT") steps += value;
    return { id, kind, value, seconds: steps / 100 };
  });
}

const IDS = encodePerformance(
  [
    { pitch: 60, velocity: 90, startSeconds: 0, endSeconds: 1.5 },
    { pitch: 64, velocity: 30, startSeconds: 0.25, endSeconds: 0.5 },
    { pitch: 60, velocity: 120, startSeconds: 0.75, endSeconds: 2 },
    { pitch: 72, velocity: 120, startSeconds: 1, endSeconds: 1.01 },
  ],
  PERFORMANCE_388,
);

describe("LiveNotes", () => {
  it("comes to the notes that decoding all ids gives", () => {
    const notes = new LiveNotes(PERFORMANCE_388);
    for (const event of eventsOf(IDS)) notes.push(event);
    const expected = decodePerformance(IDS, PERFORMANCE_388).map(
      ({ pitch, velocity, startSeconds, endSeconds }) => ({ pitch, velocity, startSeconds, endSeconds }),
    );
    expect(notes.finished()).toEqual(expected);
    expect(notes.seconds).toBe(2);
    expect(notes.longestSeconds).toBe(1.5);
  });

  it("tells when a note begins and when it ends", () => {
    const notes = new LiveNotes(PERFORMANCE_388);
    const changes = eventsOf(IDS).flatMap((event) => {
      const change = notes.push(event);
      return change ? [`${event.seconds} ${change.kind} ${change.note.pitch}/${change.note.velocity}`] : [];
    });
    expect(changes).toEqual([
      "0 NOTE_ON 60/89",
      "0.25 NOTE_ON 64/29",
      "0.5 NOTE_OFF 64/29",
      "0.75 NOTE_ON 60/117",
      "1 NOTE_ON 72/117",
      "1.01 NOTE_OFF 72/117",
      "1.5 NOTE_OFF 60/89",
      "2 NOTE_OFF 60/117",
    ]);
  });

  it("ends notes that still sound where the music ends, and leaves out those without a length", () => {
    const notes = new LiveNotes(PERFORMANCE_388);
    for (const event of eventsOf([356 + 20, 60, 256 + 49, 62])) notes.push(event);
    expect(notes.notes).toHaveLength(2);
    expect(notes.longestSeconds).toBe(0.5);
    expect(notes.finished()).toEqual([{ pitch: 60, velocity: 81, startSeconds: 0, endSeconds: 0.5 }]);
  });

  it("ignores the end of a note that does not sound", () => {
    const notes = new LiveNotes(PERFORMANCE_388);
    expect(eventsOf([128 + 60]).map((event) => notes.push(event))).toEqual([undefined]);
  });
});
