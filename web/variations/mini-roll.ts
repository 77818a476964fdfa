/** A small piano roll of a fixed time span. */
import { type Colors, partColors } from "../roll/colors.ts";
import { noteRectangle, type RollView, xOfTime } from "../roll/geometry.ts";
import { SHADES } from "../roll/note-layout.ts";
import type { Music } from "../music/music.ts";
import type { Span } from "../sound/sound.ts";

/** Time span and pitch range of a set of small rolls. */
export interface MiniFrame extends Span {
  readonly lowestPitch: number;
  readonly highestPitch: number;
}

/** The frame that contains the notes of all pieces in a time span. */
export function frameOf(pieces: readonly Music[], span: Span): MiniFrame {
  let [lowest, highest] = [60, 72];
  for (const piece of pieces) {
    piece.forEachNote(span.fromSeconds, span.toSeconds, ({ pitch }) => {
      lowest = Math.min(lowest, pitch);
      highest = Math.max(highest, pitch);
    });
  }
  return { ...span, lowestPitch: lowest - 1, highestPitch: highest + 1 };
}

/** The view of a frame for a size in pixels. */
export function miniView(frame: MiniFrame, width: number, height: number): RollView {
  const { fromSeconds, toSeconds, lowestPitch, highestPitch } = frame;
  return {
    width,
    height,
    keyboardWidth: 0,
    rulerHeight: 0,
    seconds: fromSeconds,
    anchor: 0,
    pixelsPerSecond: width / (toSeconds - fromSeconds),
    lowestPitch,
    highestPitch,
  };
}

/**
 * @param forkSeconds music before it is common to all variations, and paler.
 * @param heardSeconds the playback position; undefined if another piece is playing.
 */
export function paintMiniRoll(
  canvas: HTMLCanvasElement,
  frame: MiniFrame,
  piece: Music,
  colors: Colors,
  { forkSeconds, heardSeconds }: { readonly forkSeconds: number; readonly heardSeconds: number | undefined },
): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (!context || width === 0) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  const view = miniView(frame, width, height);
  piece.forEachNote(frame.fromSeconds, frame.toSeconds, (note) => {
    const box = noteRectangle(view, note, piece.seconds);
    if (!box) return;
    const shade = Math.floor((note.velocity * SHADES) / 128);
    const color =
      note.part === undefined
        ? note.origin === "primer"
          ? colors.primer
          : colors.generated
        : partColors(colors, note.part);
    context.globalAlpha = note.startSeconds < forkSeconds ? 0.4 : 1;
    context.fillStyle = color[shade] ?? "";
    context.fillRect(box.x, box.y, Math.max(1.5, box.width - 0.5), Math.max(2, box.height - 0.5));
  });
  context.globalAlpha = 1;
  context.fillStyle = colors.ghost;
  context.fillRect(Math.round(xOfTime(view, forkSeconds)), 0, 1, height);
  if (heardSeconds === undefined) return;
  context.fillStyle = colors.playhead;
  context.fillRect(Math.round(xOfTime(view, heardSeconds)), 0, 1, height);
}
