/** Draws the one-hot matrix of the events around the playback position: a column for each event. */
import type { Music } from "../music/music.ts";
import { Piece } from "../music/piece.ts";
import { BANDS, type Column, columnsAround, ROWS } from "./columns.ts";

const HEIGHT = 97;
const COLUMN = 12;
/** Width of the band labels, in pixels. */
const NAMES = 60;

export class OneHot {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #ids: HTMLElement;
  #shown = "";

  constructor(canvas: HTMLCanvasElement, ids: HTMLElement) {
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw on a canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#ids = ids;
  }

  /** Draws the events around a time, if they have changed. */
  draw(piece: Music | undefined, seconds: number): void {
    const width = this.#canvas.clientWidth;
    if (!(piece instanceof Piece) || width === 0) return;
    const columns = columnsAround(piece, seconds, Math.max(1, Math.floor((width - NAMES) / COLUMN)));
    const shown = [width, devicePixelRatio, ...columns.map(({ id, isNow }) => (isNow ? -id - 1 : id))].join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#canvas.width = width * devicePixelRatio;
    this.#canvas.height = HEIGHT * devicePixelRatio;
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    const style = getComputedStyle(this.#canvas);
    const color = (name: string): string => style.getPropertyValue(name);
    context.font = `${style.fontSize} ${style.fontFamily}`;
    context.textBaseline = "top";
    for (const { row, name } of BANDS) {
      const y = Math.round(yOfRow(row));
      context.fillStyle = color("--line");
      context.fillRect(NAMES, y, width - NAMES, 1);
      context.fillStyle = color("--faint");
      // The last band is low, so its label is aligned with the lower edge.
      context.fillText(name, 0, Math.min(y, HEIGHT - 11));
    }
    for (const [place, { row, isNow }] of columns.entries()) {
      const x = NAMES + place * COLUMN;
      context.fillStyle = color("--line");
      context.fillRect(x, 0, 1, HEIGHT);
      context.fillStyle = color(isNow ? "--playhead" : "--accent");
      context.fillRect(x + 2, yOfRow(row), COLUMN - 3, 4);
    }
    this.#ids.textContent = idsText(columns);
  }
}

function yOfRow(row: number): number {
  return (row * (HEIGHT - 4)) / ROWS;
}

/** The ids up to the playback position, newest last. */
function idsText(columns: readonly Column[]): string {
  const upToNow = columns.slice(0, columns.findIndex(({ isNow }) => isNow) + 1);
  return upToNow
    .slice(-8)
    .map(({ id }) => id)
    .join(" ");
}
