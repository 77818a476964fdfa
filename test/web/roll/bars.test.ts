import { describe, expect, it } from "vitest";
import { readMidi, type Score, scoreFromNotes } from "../../../encoding/index.ts";
import { Bars, gridLines } from "../../../web/roll/bars.ts";
import type { RollView } from "../../../web/roll/geometry.ts";

/** Ten seconds from 0 on, 100 px each. */
const VIEW: RollView = {
  width: 1000,
  height: 400,
  keyboardWidth: 0,
  rulerHeight: 0,
  seconds: 0,
  anchor: 0,
  pixelsPerSecond: 100,
  lowestPitch: 21,
  highestPitch: 108,
};

const TEMPO_60 = [0xff, 0x51, 3, 0x0f, 0x42, 0x40];
const TEMPO_120 = [0xff, 0x51, 3, 0x07, 0xa1, 0x20];
const METER_3_4 = [0xff, 0x58, 4, 3, 2, 24, 8];
const METER_4_4 = [0xff, 0x58, 4, 4, 2, 24, 8];
const METER_0 = [0xff, 0x58, 4, 0, 2, 24, 8];

/** A file of one track. Each event has its ticks from the event before in front; the division is 4 ticks a quarter. */
function scoreOf(events: readonly (readonly number[])[], division: readonly number[] = [0, 4]): Score {
  const note = [0, 0x90, 60, 64, 4, 0x80, 60, 0, 0, 0xff, 0x2f, 0];
  const track = [...events.flat(), ...note];
  const header = [0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 1, ...division];
  return readMidi(new Uint8Array([...header, 0x4d, 0x54, 0x72, 0x6b, 0, 0, 0, track.length, ...track]));
}

function labels(score: Score, view = VIEW, startSeconds = 0): string[] {
  return gridLines(view, Bars.of(score, startSeconds)).map(({ label }) => label);
}

const TIMES = ["0:00", "0:01", "0:02", "0:03", "0:04", "0:05", "0:06", "0:07", "0:08", "0:09"];

describe("bars of an opened file", () => {
  it("are drawn where the file has a tempo or a meter", () => {
    const lines = gridLines(VIEW, Bars.of(scoreOf([[0, ...TEMPO_60]]), 0));
    expect(lines).toEqual([
      { x: 0, label: "1 · 0:00" },
      { x: 400, label: "2 · 0:04" },
      { x: 800, label: "3 · 0:08" },
    ]);
    expect(
      labels(
        scoreOf([
          [0, ...TEMPO_120],
          [0, ...METER_4_4],
        ]),
      ),
    ).toEqual(["1 · 0:00", "2 · 0:02", "3 · 0:04", "4 · 0:06", "5 · 0:08"]);
  });

  it("are lines of time otherwise", () => {
    expect(gridLines(VIEW, undefined).map(({ label }) => label)).toEqual(TIMES);
    expect(labels(scoreOf([]))).toEqual(TIMES);
    expect(labels(scoreOf([[0, ...METER_0]]))).toEqual(TIMES);
    // What this page saves: the tempo of a file without a tempo.
    const own = scoreFromNotes([{ pitch: 60, velocity: 64, startSeconds: 0, endSeconds: 1 }]);
    expect(labels(own)).toEqual(TIMES);
    expect(labels(scoreOf([[0, ...METER_4_4]], [0xe7, 40])), "film frames").toEqual(TIMES);
  });

  it("follow changes of tempo and meter, and begin where the music does", () => {
    const changing = scoreOf([
      [0, ...METER_3_4],
      [0, ...TEMPO_60],
      [12, ...TEMPO_120],
      [12, ...METER_4_4],
    ]);
    // Bars of 3 s, then of 1.5 s, then of 2 s.
    expect(labels(changing)).toEqual(["1 · 0:00", "2 · 0:03", "3 · 0:04", "4 · 0:06", "5 · 0:08"]);
    expect(gridLines(VIEW, Bars.of(changing, 2))[0]).toEqual({ x: 100, label: "2 · 0:01" });
    // Within the bar of the third quarter, a meter begins a bar.
    const within = scoreOf([
      [0, ...TEMPO_60],
      [8, ...METER_3_4],
    ]);
    expect(labels(within)).toEqual(["1 · 0:00", "2 · 0:02", "3 · 0:05", "4 · 0:08"]);
  });

  it("are fewer where the view is wide, from the first bar on", () => {
    const score = scoreOf([[0, ...TEMPO_60]]);
    expect(labels(score, { ...VIEW, pixelsPerSecond: 10 })).toEqual([
      "1 · 0:00",
      "3 · 0:08",
      "5 · 0:16",
      "7 · 0:24",
      "9 · 0:32",
      "11 · 0:40",
      "13 · 0:48",
      "15 · 0:56",
      "17 · 1:04",
      "19 · 1:12",
      "21 · 1:20",
      "23 · 1:28",
      "25 · 1:36",
    ]);
    expect(labels(score, { ...VIEW, seconds: 81 })).toEqual(["22 · 1:24", "23 · 1:28"]);
  });

  it("are where a selection that comes near ends", () => {
    const bars = Bars.of(scoreOf([[0, ...TEMPO_60]]), 1);
    // Bars at −1, 3 and 7 s.
    expect([0, 0.5, 2.95, 3.05, 3.2, 7.1].map((seconds) => bars?.near(seconds, 0.1))).toEqual([
      0, 0.5, 3, 3, 3.2, 7,
    ]);
  });

  it("name a selection, with beats where it does not begin and end at a bar", () => {
    const words = (bars: Bars | undefined, fromSeconds: number, toSeconds: number): string | undefined =>
      bars?.words({ fromSeconds, toSeconds });
    const bars = Bars.of(scoreOf([[0, ...TEMPO_60]]), 0);
    expect(words(bars, 4, 12)).toBe("bars 2–3");
    expect(words(bars, 4.01, 7.99)).toBe("bar 2");
    expect(words(bars, 5, 9.5)).toBe("bar 2, beat 2 – bar 3, beat 2");
    // Bars at −1, 3 and 7 s.
    expect(words(Bars.of(scoreOf([[0, ...TEMPO_60]]), 1), 0, 3)).toBe("bar 1, beat 2 – bar 2, beat 1");
    // Bars of 3 s, then of 1.5 s.
    const faster = scoreOf([
      [0, ...METER_3_4],
      [0, ...TEMPO_60],
      [12, ...TEMPO_120],
    ]);
    expect(words(Bars.of(faster, 0), 2.5, 4.1)).toBe("bar 1, beat 3 – bar 2, beat 3");
    const fastest = scoreOf([[0, 0xff, 0x51, 3, 0, 0, 1]]);
    expect(words(Bars.of(fastest, 0), 3600, 3601)).toBe("bar 20000, beat 4 – bar 20000, beat 4");
  });

  it("end in a file with bars of no length", () => {
    const fastest = scoreOf([[0, 0xff, 0x51, 3, 0, 0, 1]]);
    expect(labels(fastest, { ...VIEW, seconds: 3600 })).toEqual([]);
  });
});
