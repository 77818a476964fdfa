/** The beginning that all variations share. */
import type { Music } from "../music/music.ts";
import type { Playback } from "../music/playback.ts";

/** Music nearer to the playback position than this is already scheduled. */
const SOON_SECONDS = 0.8;

/** The music up to the playback position; the whole piece if nothing has been heard. */
export function commonBeginning({
  piece,
  state,
  seconds,
}: Pick<Playback, "piece" | "state" | "seconds">): Music | undefined {
  if (!piece) return undefined;
  const isIdle = state === "idle";
  const until = isIdle && seconds === 0 ? piece.seconds : seconds + (isIdle ? 0 : SOON_SECONDS);
  return piece.cut(Math.max(1, piece.lengthAt(Math.min(until, piece.seconds))));
}
