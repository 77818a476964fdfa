/** The events around the playhead as the model is given them: ids, and a column for each with a single one in it. */
import type { Piece } from "../music/piece.ts";
import { type Column, columnsAround, ROWS } from "./columns.ts";

const HEIGHT = 97;
const COLUMN = 12;

export class OneHot {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #ids: HTMLElement;
  #shown = -1;

  constructor(canvas: HTMLCanvasElement, ids: HTMLElement) {
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw on a canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#ids = ids;
  }

  /** Draws what is near a time, if anything has changed since. */
  draw(piece: Piece | undefined, seconds: number): void {
    const width = this.#canvas.clientWidth;
    if (!piece || width === 0) return;
    const columns = columnsAround(piece, seconds, Math.max(1, Math.floor(width / COLUMN)));
    const newest = columns.at(-1)?.index ?? -1;
    if (newest === this.#shown && this.#canvas.width === width * devicePixelRatio) return;
    this.#shown = newest;
    this.#canvas.width = width * devicePixelRatio;
    this.#canvas.height = HEIGHT * devicePixelRatio;
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const style = getComputedStyle(this.#canvas);
    for (const [place, { row, isNow }] of columns.entries()) {
      context.fillStyle = style.getPropertyValue("--line");
      context.fillRect(place * COLUMN, 0, 1, HEIGHT);
      context.fillStyle = style.getPropertyValue(isNow ? "--playhead" : "--accent");
      context.fillRect(place * COLUMN + 2, (row * (HEIGHT - 4)) / ROWS, COLUMN - 3, 4);
    }
    this.#ids.textContent = idsText(columns);
  }
}

/** The ids up to now, the newest last. */
function idsText(columns: readonly Column[]): string {
  const upToNow = columns.slice(0, columns.findIndex(({ isNow }) => isNow) + 1);
  return upToNow
    .slice(-8)
    .map(({ id }) => id)
    .join(" ");
}
