/** Refines the ticks of a score for new notes. */
import { assembleScore } from "./midi.ts";
import type { Division, Score } from "./score.ts";
import { TempoMap } from "./tempo-map.ts";

/** The maximum length of a tick, in seconds. It is half a step of the encoding, so that rounding to ticks does not move new notes by a step. */
const MAX_TICK_SECONDS = 0.005;
const MAX_TICKS_PER_QUARTER = 32_767;
const MAX_TICKS_PER_FRAME = 255;
/** The largest tick that one delta time from tick 0 can reach. */
const LAST_TICK = 0x0fff_ffff;

/** A score with its warnings. */
export interface FineScore {
  readonly score: Score;
  readonly warnings: readonly string[];
}

/**
 * Raises the ticks per quarter note (SMPTE: per frame) of a score if a tick lasts more than 5 ms between two times. The ticks of all
 * events are multiplied by the smallest sufficient whole number, so all times stay exact. Where the format does not allow it, they are
 * multiplied by the largest allowed number, and `warnings` states the length of a tick in milliseconds.
 *
 * @param fromSeconds start of the new notes.
 * @param toSeconds end of the new notes.
 */
export function withFinerDivision(score: Score, fromSeconds: number, toSeconds: number): FineScore {
  const longest = longestTick(score, fromSeconds, toSeconds);
  // The quotient of 5 ms may exceed it by a rounding error.
  const wanted = Math.ceil(longest / MAX_TICK_SECONDS - 1e-6);
  if (wanted <= 1) return { score, warnings: [] };
  const endTick = score.tracks.reduce((latest, track) => Math.max(latest, track.endTick), 1);
  const most = Math.min(maxMultiple(score.division), Math.floor(LAST_TICK / endTick));
  const multiple = Math.max(1, Math.min(wanted, most));
  const warnings =
    multiple < wanted
      ? [
          `new notes are placed on a grid of ${((longest / multiple) * 1000).toFixed(1)} ms: a MIDI file allows no finer one here`,
        ]
      : [];
  if (multiple === 1) return { score, warnings };
  const tracks = score.tracks.map((track) => ({
    ...track,
    events: track.events.map((event) => ({ ...event, tick: event.tick * multiple })),
    endTick: track.endTick * multiple,
  }));
  return { score: assembleScore(multiplied(score.division, multiple), tracks), warnings };
}

/** Length of the longest tick between two times, in seconds. */
function longestTick({ division, tracks }: Score, fromSeconds: number, toSeconds: number): number {
  const tempo = new TempoMap(division, tracks);
  let { secondsPerTick, untilTick } = tempo.segmentAt(tempo.tick(fromSeconds));
  let longest = secondsPerTick;
  while (untilTick < Infinity && tempo.seconds(untilTick) < toSeconds) {
    ({ secondsPerTick, untilTick } = tempo.segmentAt(untilTick));
    longest = Math.max(longest, secondsPerTick);
  }
  return longest;
}

function maxMultiple(division: Division): number {
  return division.kind === "quarter"
    ? Math.floor(MAX_TICKS_PER_QUARTER / division.ticksPerQuarter)
    : Math.floor(MAX_TICKS_PER_FRAME / division.ticksPerFrame);
}

function multiplied(division: Division, multiple: number): Division {
  return division.kind === "quarter"
    ? { ...division, ticksPerQuarter: division.ticksPerQuarter * multiple }
    : { ...division, ticksPerFrame: division.ticksPerFrame * multiple };
}
