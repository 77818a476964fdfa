/** MIDI files for property tests, written and read by `midi-file`. */
import * as fc from "fast-check";
import { type MidiEvent as TheirEvent, parseMidi, writeMidi as writeTheirs } from "midi-file";

/** The contents of a file, as read by midi-file, that the objects of `@tonejs/midi` can represent; times in ticks from the start. */
export function theirEvents(bytes: Uint8Array): string[] {
  return parseMidi(bytes)
    .tracks.flatMap((events) => {
      let tick = 0;
      return events.flatMap((event) => {
        tick += event.deltaTime;
        switch (event.type) {
          case "noteOn":
            return [`${tick} on ${event.channel} ${event.noteNumber} ${event.velocity}`];
          case "noteOff":
            return [`${tick} off ${event.channel} ${event.noteNumber}`];
          case "controller":
            return [`${tick} controller ${event.channel} ${event.controllerType} ${event.value}`];
          case "programChange":
            return [`${tick} program ${event.channel} ${event.programNumber}`];
          case "pitchBend":
            return [`${tick} bend ${event.channel} ${event.value}`];
          case "setTempo":
            return [`${tick} tempo ${event.microsecondsPerBeat}`];
          case "timeSignature":
            return [`${tick} time ${event.numerator}/${event.denominator}`];
          case "keySignature":
            return [`${tick} key ${event.key} ${event.scale}`];
          case "text":
          case "lyrics":
          case "marker":
          case "cuePoint":
            return [`${tick} ${event.type} ${event.text}`];
          default:
            return [];
        }
      });
    })
    .sort();
}

type Placed = [tick: number, event: TheirEvent];

function theirTrack(placed: readonly Placed[]): TheirEvent[] {
  const sorted = [...placed].sort(([a], [b]) => a - b);
  const events = sorted.map(([tick, event], index): TheirEvent => {
    return { ...event, deltaTime: tick - (sorted[index - 1]?.[0] ?? 0) };
  });
  return [...events, { deltaTime: 0, type: "endOfTrack", meta: true }];
}

const tick = fc.nat({ max: 5000 });
const atTicks = (event: fc.Arbitrary<TheirEvent>): fc.Arbitrary<Placed[]> =>
  fc.array(fc.tuple(tick, event), { maxLength: 4 });
const upTo = (max: number): fc.Arbitrary<number> => fc.nat({ max });
const meta = { deltaTime: 0, meta: true } as const;
const tempo = fc.integer({ min: 1000, max: 0xffffff }).map((microsecondsPerBeat): TheirEvent => {
  return { ...meta, type: "setTempo", microsecondsPerBeat };
});
const timeSignature = fc
  .tuple(fc.integer({ min: 1, max: 255 }), upTo(7))
  .map(([numerator, power]): TheirEvent => {
    const denominator = 2 ** power;
    return { ...meta, type: "timeSignature", numerator, denominator, metronome: 24, thirtyseconds: 8 };
  });
const keySignature = fc.tuple(fc.integer({ min: -7, max: 7 }), upTo(1)).map(([key, scale]): TheirEvent => {
  return { ...meta, type: "keySignature", key, scale };
});
const text = fc
  .tuple(
    fc.constantFrom("text", "lyrics", "marker", "cuePoint"),
    fc.constantFrom("A", "a word", "\u00c3\u00a9"), // the last is how midi-file reads é
  )
  .map(([type, words]): TheirEvent => ({ ...meta, type, text: words }));
const anyConductor = fc
  .tuple(atTicks(tempo), atTicks(timeSignature), atTicks(keySignature), atTicks(text))
  .map((placed) => placed.flat());

/** A channel with one program. Channel mode messages (from 120 on) end notes here, but not in midi-file. */
const anyMusic = fc.tuple(upTo(15), upTo(127)).chain(([channel, programNumber]) => {
  const base = { deltaTime: 0, channel };
  const note = fc
    .tuple(upTo(127), fc.integer({ min: 1, max: 127 }), tick, fc.integer({ min: 1, max: 900 }))
    .map(([noteNumber, velocity, start, length]): Placed[] => [
      [start, { ...base, type: "noteOn", noteNumber, velocity }],
      [start + length, { ...base, type: "noteOff", noteNumber, velocity: 0 }],
    ]);
  const controller = fc.tuple(upTo(119), upTo(127)).map(([controllerType, value]): TheirEvent => {
    return { ...base, type: "controller", controllerType, value };
  });
  const bend = fc.integer({ min: -8192, max: 8191 }).map((value): TheirEvent => {
    return { ...base, type: "pitchBend", value };
  });
  const program: Placed = [0, { ...base, type: "programChange", programNumber }];
  const notes = fc.array(note, { minLength: 1, maxLength: 8 });
  return fc
    .tuple(notes, atTicks(controller), atTicks(bend))
    .map((placed): Placed[] => [program, ...placed[0].flat(), ...placed[1], ...placed[2]]);
});

/** Files of one conductor and one channel, written by midi-file. */
export const anyFile = fc.tuple(anyConductor, anyMusic).map(([conductor, music]) => {
  const tracks = [theirTrack(conductor), theirTrack(music)];
  const theirs = { header: { format: 1, numTracks: 2, ticksPerBeat: 480 } as const, tracks };
  return Uint8Array.from(writeTheirs(theirs));
});
