/** Draws attention as arcs over the roll, from a note to the notes it attends to. */
import { headColor } from "./colors.ts";
import { laneHeight, type RollView, xOfTime, yOfPitch } from "./geometry.ts";

/** One arc, in the style of Huang et al. 2018, "Music Transformer", figures 7 and 8. */
export interface Arc {
  readonly fromSeconds: number;
  readonly fromPitch: number;
  readonly toSeconds: number;
  readonly toPitch: number;
  readonly head: number;
  readonly heads: number;
  /** Attention weight within the head, 0–1. */
  readonly weight: number;
}

const WIDEST = 9;

export function paintArcs(context: CanvasRenderingContext2D, view: RollView, arcs: readonly Arc[]): void {
  context.save();
  context.beginPath();
  context.rect(view.keyboardWidth, view.rulerHeight, view.width, view.height);
  context.clip();
  context.lineCap = "round";
  for (const arc of arcs) {
    const [x1, y1, x2, y2] = ends(view, arc);
    context.strokeStyle = headColor(arc.head, arc.heads, 0.35 + 0.6 * Math.sqrt(arc.weight));
    context.lineWidth = arcWidth(arc.weight);
    context.beginPath();
    context.moveTo(x1, y1);
    const rise = arcRise(x1 - x2, view.height, arc.head, arc.heads);
    const top = Math.max(view.rulerHeight + 4, Math.min(y1, y2) - rise);
    context.bezierCurveTo(x1 - (x1 - x2) * 0.2, top, x2 + (x1 - x2) * 0.2, top, x2, y2);
    context.stroke();
  }
  context.restore();
}

/** Line width in pixels: its square is proportional to the weight. */
export function arcWidth(weight: number): number {
  return Math.max(0.75, WIDEST * Math.sqrt(weight));
}

/** Height of an arc above its ends. It differs between heads, so that arcs to one note do not coincide. */
function arcRise(distance: number, height: number, head: number, heads: number): number {
  return Math.min(height / 3, 12 + Math.abs(distance) * (0.14 + (0.12 * head) / Math.max(1, heads - 1)));
}

function ends(view: RollView, arc: Arc): readonly [number, number, number, number] {
  const middle = laneHeight(view) / 2;
  return [
    xOfTime(view, arc.fromSeconds),
    yOfPitch(view, arc.fromPitch) + middle,
    xOfTime(view, arc.toSeconds),
    yOfPitch(view, arc.toPitch) + middle,
  ];
}
