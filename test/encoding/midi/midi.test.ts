import * as fc from "fast-check";
import { parseMidi, writeMidi as writeMidiFile, type MidiEvent as OracleEvent } from "midi-file";
import { describe, expect, it } from "vitest";
import { type MidiEvent, readMidi } from "../../../encoding/index.ts";

/** Input and expected output of `midi-file`: tracks of channel, text, tempo and system-exclusive events. */
const byte = fc.nat(127);
const channel = fc.nat(15);
const deltaTime = fc.oneof(fc.nat(100), fc.nat(0xfffff));
const oracleEvent = fc.oneof(
  fc.record({
    type: fc.constant("noteOn"),
    channel,
    noteNumber: byte,
    velocity: fc.integer({ min: 1, max: 127 }),
    deltaTime,
  }),
  fc.record({ type: fc.constant("noteOff"), channel, noteNumber: byte, velocity: byte, deltaTime }),
  fc.record({ type: fc.constant("controller"), channel, controllerType: byte, value: byte, deltaTime }),
  fc.record({ type: fc.constant("programChange"), channel, programNumber: byte, deltaTime }),
  fc.record({ type: fc.constant("channelAftertouch"), channel, amount: byte, deltaTime }),
  fc.record({ type: fc.constant("noteAftertouch"), channel, noteNumber: byte, amount: byte, deltaTime }),
  fc.record({
    type: fc.constant("pitchBend"),
    channel,
    value: fc.integer({ min: -8192, max: 8191 }),
    deltaTime,
  }),
  fc.record({
    type: fc.constant("setTempo"),
    microsecondsPerBeat: fc.integer({ min: 1, max: 0xffffff }),
    deltaTime,
  }),
  fc.record({ type: fc.constant("trackName"), text: fc.stringMatching(/^[a-z]{0,9}$/), deltaTime }),
  fc.record({ type: fc.constant("sysEx"), data: fc.array(byte, { maxLength: 200 }), deltaTime }),
);

/** One of `midi-file`'s events as bytes, without its delta time; undefined for the end of the track. */
function bytesOf(event: OracleEvent): number[] | undefined {
  switch (event.type) {
    case "noteOn":
      return [0x90 | event.channel, event.noteNumber, event.velocity];
    case "noteOff":
      return [0x80 | event.channel, event.noteNumber, event.velocity];
    case "controller":
      return [0xb0 | event.channel, event.controllerType, event.value];
    case "programChange":
      return [0xc0 | event.channel, event.programNumber, 0];
    case "channelAftertouch":
      return [0xd0 | event.channel, event.amount, 0];
    case "noteAftertouch":
      return [0xa0 | event.channel, event.noteNumber, event.amount];
    case "pitchBend":
      return [0xe0 | event.channel, (event.value + 8192) & 0x7f, (event.value + 8192) >> 7];
    case "setTempo": {
      const value = event.microsecondsPerBeat;
      return [0xff, 0x51, value >> 16, (value >> 8) & 0xff, value & 0xff];
    }
    case "trackName":
      return [0xff, 0x03, ...new TextEncoder().encode(event.text)];
    case "sysEx":
      return [0xf0, ...Array.from(event.data)];
    default:
      return undefined;
  }
}

function ownBytes(event: MidiEvent): number[] {
  if (event.kind === "channel") return [event.status, event.data1, event.data2];
  return event.kind === "meta" ? [0xff, event.type, ...event.data] : [event.status, ...event.data];
}

describe("readMidi", () => {
  it("reads the events that midi-file reads, with and without running status", () => {
    const tracks = fc.array(fc.array(oracleEvent, { maxLength: 30 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(tracks, fc.boolean(), (given, isRunning) => {
        const ended = given.map((events) => [...events, { type: "endOfTrack", deltaTime: 0, meta: true }]);
        const file = { header: { format: 1, numTracks: ended.length, ticksPerBeat: 480 }, tracks: ended };
        // The package's types require each event's exact type name, which the generator cannot express.
        const bytes = Uint8Array.from(
          writeMidiFile(JSON.parse(JSON.stringify(file)), { running: isRunning }),
        );
        const oracle = parseMidi(bytes);
        const score = readMidi(bytes);
        expect(score.warnings.filter((warning) => !/without a note-off|percussion/.test(warning))).toEqual(
          [],
        );
        expect(score.tracks).toHaveLength(oracle.tracks.length);
        for (const [index, events] of oracle.tracks.entries()) {
          let tick = 0;
          const expected: unknown[] = [];
          for (const event of events) {
            tick += event.deltaTime;
            const bytesThen = bytesOf(event);
            if (bytesThen) expected.push([tick, ...bytesThen]);
          }
          expect(score.tracks[index]?.events.map((event) => [event.tick, ...ownBytes(event)])).toEqual(
            expected,
          );
        }
      }),
    );
  });

  it("reads a view into a larger buffer", () => {
    const bytes = Uint8Array.from([1, 2, 3, 0x4d, 0x54, 0x68, 0x64, 0, 0, 0, 6, 0, 0, 0, 0, 0, 96]).subarray(
      3,
    );
    expect(readMidi(bytes).division).toEqual({ kind: "quarter", ticksPerQuarter: 96 });
  });
});
