/** Format 2 (independent patterns) as format 1 (simultaneous tracks): the Standard MIDI File 1.0 specification, RP-001. */
import type { MidiEvent, Track } from "./score.ts";
import { DEFAULT_MICROSECONDS_PER_QUARTER, TEMPO_META, tempoChanges } from "./tempo-map.ts";
import { tempoEvent } from "./track-builder.ts";

/**
 * Places the patterns one after the other, each at its own tempo, or at the default tempo until it sets one. All tempo events go to the
 * first track, where format 1 has its tempo map; all other events stay on the track of their pattern.
 */
export function patternsInSequence(patterns: readonly Track[]): Track[] {
  const tempos: MidiEvent[] = [];
  let start = 0;
  const tracks = patterns.map((pattern, index): Track => {
    const offset = start;
    start += pattern.endTick;
    const moved: MidiEvent[] = pattern.events.map((event) => ({ ...event, tick: event.tick + offset }));
    const endTick = start;
    if (index === 0) return { name: pattern.name, events: moved, endTick };
    const setsTempo = tempoChanges([pattern])[0]?.tick === 0;
    if (!setsTempo) tempos.push(tempoEvent(offset, DEFAULT_MICROSECONDS_PER_QUARTER));
    for (const event of moved) if (isTempo(event)) tempos.push(event);
    return { name: pattern.name, events: moved.filter((event) => !isTempo(event)), endTick };
  });
  const [first, ...rest] = tracks;
  if (!first) return [];
  // The first pattern ends before the others begin, so its events stay in order.
  const endTick = Math.max(first.endTick, tempos.at(-1)?.tick ?? 0);
  return [{ name: first.name, events: [...first.events, ...tempos], endTick }, ...rest];
}

function isTempo(event: MidiEvent): boolean {
  return event.kind === "meta" && event.type === TEMPO_META;
}
