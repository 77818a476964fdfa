import { describe, expect, it } from "vitest";
import type { NoteEvent, PieceNote } from "../../../web/music/note.ts";
import { type NoteOutput, NoteScheduler } from "../../../web/sound/note-scheduler.ts";
import { TransportClock } from "../../../web/sound/transport-clock.ts";
import { FakeTransport } from "./fake-transport.ts";

/** A note-on every half second, for a minute. */
const EVENTS = Array.from({ length: 120 }, (_, index): NoteEvent => {
  const startSeconds = index / 2;
  const note: PieceNote = {
    pitch: index,
    velocity: 80,
    startSeconds,
    endSeconds: undefined,
    index,
    endIndex: undefined,
    origin: "primer",
  };
  return { kind: "NOTE_ON", note, seconds: startSeconds };
});

/** Writes down what is sent: the pitch, or "off", and the audio time. */
class Output implements NoteOutput {
  #sent: string[] = [];

  play({ note }: NoteEvent, time: number): void {
    this.#sent.push(`${note.pitch} at ${time.toFixed(2)}`);
  }

  allNotesOff(time: number): void {
    this.#sent.push(`off at ${time.toFixed(2)}`);
  }

  /** Everything since the last call. */
  take(): string[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}

/** The audio clock, with the look-ahead of Tone.js. */
class Times {
  now = 10;

  get ahead(): number {
    return this.now + 0.1;
  }
}

interface SetUp {
  readonly times: Times;
  readonly transport: FakeTransport;
  readonly clock: TransportClock;
  readonly output: Output;
  readonly scheduler: NoteScheduler;
  /** Lets time pass, with a tick every 50 ms. */
  readonly pass: (seconds: number) => void;
}

/** @param held note-ons of notes that never end. */
function setUp(held: readonly NoteEvent[] = []): SetUp {
  const times = new Times();
  const transport = new FakeTransport();
  const clock = new TransportClock(transport, () => times.now);
  const output = new Output();
  const scheduler = new NoteScheduler(clock, output, times);
  scheduler.source = {
    noteEventsBetween: (from, to) => EVENTS.filter(({ seconds }) => seconds >= from && seconds < to),
    notesHeldAt: (at) => held.filter(({ seconds }) => seconds < at),
  };
  const pass = (seconds: number): void => {
    for (let left = Math.round(seconds / 0.05); left > 0; left -= 1) {
      times.now += 0.05;
      scheduler.tick();
    }
  };
  return { times, transport, clock, output, scheduler, pass };
}

describe("NoteScheduler", () => {
  it("sends each note once, at the audio time of its start, 150 ms ahead", () => {
    const { output, scheduler, pass } = setUp();
    scheduler.run();
    expect(output.take()).toEqual(["0 at 10.03"]);
    pass(0.35);
    expect(output.take()).toEqual([]);
    pass(0.1);
    expect(output.take()).toEqual(["1 at 10.53"]);
    pass(1);
    expect(output.take()).toEqual(["2 at 11.03", "3 at 11.53"]);
  });

  it("sends notes closer together at a higher speed", () => {
    const { clock, output, scheduler, pass } = setUp();
    clock.speed = 2;
    scheduler.run();
    pass(0.5);
    expect(output.take()).toEqual(["0 at 10.03", "1 at 10.28", "2 at 10.53"]);
  });

  it("sends nothing while paused, and continues where it was", () => {
    const { transport, output, scheduler, pass } = setUp();
    scheduler.run();
    pass(0.25);
    output.take();
    scheduler.pause();
    expect(scheduler.isRunning).toBe(false);
    pass(5);
    expect(output.take()).toEqual([]);
    scheduler.run();
    pass(0.3);
    expect(output.take()).toEqual(["1 at 15.56"]);
    expect(transport.calls).toEqual(["start 10.03", "pause 10.25", "start 15.28"]);
  });

  it("cancels a start that lies ahead, and pauses once", () => {
    const { transport, scheduler } = setUp();
    scheduler.run();
    scheduler.pause();
    scheduler.pause();
    expect(transport.calls).toEqual(["start 10.03", "pause 10.03"]);
  });

  it("continues at the target of a seek after the look-ahead, and without playback only moves there", () => {
    const { clock, output, scheduler, pass } = setUp();
    scheduler.seek(8);
    expect(clock.seconds).toBe(8);
    expect(output.take()).toEqual([]);
    pass(0.2);
    scheduler.run();
    expect(output.take()).toEqual(["16 at 10.23"]);
    scheduler.seek(20);
    pass(0.1);
    expect(output.take()).toEqual(["40 at 10.30"]);
  });

  it("delays the music after a pause of the page, so that no note is lost", () => {
    const { times, output, scheduler, pass } = setUp();
    scheduler.run();
    output.take();
    times.now += 3;
    pass(0.05);
    expect(output.take()).toEqual([]);
    pass(0.45);
    expect(output.take()).toEqual(["1 at 13.46"]);
  });

  it("sends no note behind the end of a loop, and starts again at its start", () => {
    const { clock, output, scheduler, pass } = setUp();
    clock.loop = { fromSeconds: 0.5, toSeconds: 1 };
    scheduler.run();
    pass(0.95);
    expect(output.take()).toEqual(["0 at 10.03", "1 at 10.53"]);
    scheduler.restartLoop(11.03);
    expect(output.take()).toEqual(["off at 11.03"]);
    clock.jump(0.5, 11.03);
    pass(0.1);
    expect(output.take()).toEqual(["1 at 11.03"]);
  });

  it("strikes held notes again after a seek, a pause and the jump of a loop, at the time of the jump", () => {
    const [first] = EVENTS;
    if (!first) throw new Error("no event");
    const { clock, output, scheduler, pass } = setUp([{ ...first, note: { ...first.note, pitch: 100 } }]);
    scheduler.run();
    expect(output.take(), "its own note-on is not sent twice").toEqual(["0 at 10.03"]);
    scheduler.seek(20);
    pass(0.1);
    expect(output.take()).toEqual(["100 at 10.10", "40 at 10.10"]);
    scheduler.pause();
    scheduler.seek(8.2);
    expect(output.take(), "silent while paused").toEqual([]);
    clock.loop = { fromSeconds: 8.2, toSeconds: 8.4 };
    scheduler.run();
    expect(output.take()).toEqual(["100 at 10.13"]);
    scheduler.restartLoop(10.33);
    expect(output.take()).toEqual(["off at 10.33", "100 at 10.33"]);
  });

  it("ignores the end of a loop while paused", () => {
    const { clock, output, scheduler } = setUp();
    clock.loop = { fromSeconds: 0.5, toSeconds: 1 };
    scheduler.restartLoop(11);
    expect(output.take()).toEqual([]);
  });
});
