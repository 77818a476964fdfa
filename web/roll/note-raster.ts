/**
 * Draws many notes as one image. A canvas stores every rectangle as a command; an image needs one command.
 */
import type { RectangleList } from "./note-layout.ts";

export class NoteRaster {
  readonly #canvas = document.createElement("canvas");
  #image: ImageData | undefined;
  #pixels = new Uint32Array();

  /** Creates an empty image, its size in CSS pixels: at a small scale a higher resolution is not visible. */
  begin(width: number, height: number): void {
    if (this.#image?.width === width && this.#image.height === height) {
      this.#pixels.fill(0);
      return;
    }
    Object.assign(this.#canvas, { width, height });
    this.#image = new ImageData(width, height);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /** @param color from `pixelColors`. */
  fill(list: RectangleList, color: number): void {
    const { width = 0, height = 0 } = this.#image ?? {};
    fillRectangles(this.#pixels, width, height, list, color);
  }

  paint(context: CanvasRenderingContext2D): void {
    if (!this.#image) return;
    this.#canvas.getContext("2d")?.putImageData(this.#image, 0, 0);
    context.drawImage(this.#canvas, 0, 0);
  }
}

/** Fills rectangles of at least one pixel; the lowest row of each stays empty. */
export function fillRectangles(
  pixels: Uint32Array,
  width: number,
  height: number,
  list: RectangleList,
  color: number,
): void {
  list.forEach((x, y, across, down) => {
    const [left, top] = [Math.round(x), Math.round(y)];
    const right = Math.min(width, Math.max(left + 1, Math.round(x + across)));
    const bottom = Math.min(height, Math.max(top + 1, Math.round(y + down) - 1));
    for (let row = Math.max(0, top); row < bottom; row += 1) {
      const end = row * width + right;
      for (let at = row * width + Math.max(0, left); at < end; at += 1) pixels[at] = color;
    }
  });
}

/** Converts CSS colors to 32-bit pixels in the byte order of the machine. */
export function pixelColors(colors: readonly string[], alpha = 1): Uint32Array {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: colors.length, height: 1 });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return new Uint32Array(colors.length);
  context.globalAlpha = alpha;
  for (const [at, color] of colors.entries()) {
    context.fillStyle = color;
    context.fillRect(at, 0, 1, 1);
  }
  return new Uint32Array(context.getImageData(0, 0, colors.length, 1).data.buffer);
}
