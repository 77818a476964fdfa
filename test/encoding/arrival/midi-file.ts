/** Small MIDI files for tests; one tick is 1 ms. */
import { assembleScore, type MidiEvent, writeMidi } from "../../../encoding/index.ts";

export type Message = readonly [status: number, tick: number, data1: number, data2: number];

/** A file with one track per list of messages. */
export function midiFile(...tracks: readonly (readonly Message[])[]): Uint8Array {
  return writeMidi(
    assembleScore(
      { kind: "quarter", ticksPerQuarter: 500 },
      tracks.map((messages) => {
        const events = messages.map(([status, tick, data1, data2]): MidiEvent => {
          return { kind: "channel", tick, status, data1, data2 };
        });
        return { name: "", events, endTick: events.at(-1)?.tick ?? 0 };
      }),
    ),
  );
}
