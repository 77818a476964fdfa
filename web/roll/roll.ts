/** Paints the piano roll. geometry.ts computes the coordinates, note-layout.ts the rectangles of the notes. */
import { pitchName } from "../../encoding/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Music } from "../music/music.ts";
import type { Span } from "../sound/sound.ts";
import { type Arc, paintArcs } from "./arcs.ts";
import { type Bars, gridLines } from "./bars.ts";
import { type Colors, partColors, readColors } from "./colors.ts";
import {
  type GridLine,
  isBlackKey,
  laneHeight,
  noteRectangle,
  type RollView,
  visibleSeconds,
  xOfTime,
  yOfPitch,
} from "./geometry.ts";
import { createLayout, layOutNotes, type NoteLayout, type RectangleList } from "./note-layout.ts";
import { NoteRaster, pixelColors } from "./note-raster.ts";

/** Opacity of notes that have not been heard. */
const UNHEARD = 0.6;
/** Up to this number of notes have round corners. */
const ROUND = 600;

/** Minimum row height and key width for the labels of the octaves. */
const NAMED_LANE = 5.5;
const NAMED_KEYS = 36;

/** More notes are painted as one image. */
const MANY = 2000;

/** The notes of one color in a layout, with their colors. */
interface Layer {
  readonly lists: readonly RectangleList[];
  readonly colors: readonly string[];
  readonly pixels: Uint32Array;
  readonly alpha: number;
}

/** In the order in which they are painted. */
function layersOf(layout: NoteLayout, colors: Colors): Layer[] {
  const layer = (lists: readonly RectangleList[], shades: readonly string[], alpha = 1): Layer => ({
    lists,
    colors: shades,
    pixels: pixelColors(shades, alpha),
    alpha,
  });
  return [
    ...layout.unheardParts.map((lists, part) => layer(lists, partColors(colors, part), UNHEARD)),
    layer(layout.unheard, colors.generated, UNHEARD),
    ...layout.parts.map((lists, part) => layer(lists, partColors(colors, part))),
    layer(layout.generated, colors.generated),
    layer(layout.infilled, colors.infilled),
    layer(layout.primer, colors.primer),
  ];
}

/** Content of the roll. */
export interface Scene {
  readonly view: RollView;
  readonly piece: Music | undefined;
  /** Undefined where the music has no tempo: there are lines of time then. */
  readonly bars: Bars | undefined;
  /** The playback position, in seconds. */
  readonly heardSeconds: number;
  readonly selection: Span | undefined;
  readonly chosen: PieceNote | undefined;
  readonly arcs: readonly Arc[];
  /** Another branch, outlined where it differs. */
  readonly ghost: ({ readonly piece: Music } & Span) | undefined;
  /** Pitches that the user holds. */
  readonly held: ReadonlySet<number>;
}

export class Roll {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #layout = createLayout();
  readonly #raster = new NoteRaster();
  #colors: Colors;
  #layers: readonly Layer[];

  constructor(canvas: HTMLCanvasElement, onResize: () => void) {
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw on a canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#colors = readColors();
    this.#layers = layersOf(this.#layout, this.#colors);
    new ResizeObserver(onResize).observe(canvas);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
      this.#colors = readColors();
      this.#layers = layersOf(this.#layout, this.#colors);
      onResize();
    });
  }

  /** A view with the size of the canvas. */
  view(
    place: (
      size: Pick<RollView, "width" | "height" | "keyboardWidth" | "rulerHeight">,
    ) => Pick<RollView, "seconds" | "anchor" | "pixelsPerSecond" | "lowestPitch" | "highestPitch">,
  ): RollView {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const size = { width, height, keyboardWidth: width < 640 ? 20 : 36, rulerHeight: 24 };
    return { ...size, ...place(size) };
  }

  draw(scene: Scene): void {
    const { view, piece, heardSeconds } = scene;
    // The canvas has no size while another tab hides it.
    if (view.width <= view.keyboardWidth || view.height <= view.rulerHeight) return;
    this.#clear(view);
    const lines = gridLines(view, scene.bars).filter(({ x }) => x >= view.keyboardWidth);
    this.#drawGrid(view, lines);
    if (scene.selection) this.#drawSelection(view, scene.selection);
    this.#layout.sounding.clear();
    if (scene.ghost) this.#drawGhost(view, scene.ghost);
    if (piece) {
      layOutNotes(this.#layout, view, piece, heardSeconds);
      this.#drawNotes(view);
      this.#drawPrimerEnd(view, piece);
    }
    if (scene.arcs.length > 0) paintArcs(this.#context, view, scene.arcs);
    if (scene.chosen && piece) this.#drawChosen(view, scene.chosen, piece.seconds);
    if (piece) this.#drawPlayhead(view, heardSeconds);
    this.#drawRuler(lines);
    this.#drawKeyboard(view, new Set([...this.#layout.sounding, ...scene.held]));
  }

  /** Fits the canvas to the screen resolution and clears it. */
  #clear({ width, height }: RollView): void {
    const scale = devicePixelRatio;
    const [pixelsAcross, pixelsDown] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== pixelsAcross || this.#canvas.height !== pixelsDown) {
      this.#canvas.width = pixelsAcross;
      this.#canvas.height = pixelsDown;
    }
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, width, height);
  }

  #drawGrid(view: RollView, lines: readonly GridLine[]): void {
    const { width, height, keyboardWidth, rulerHeight, lowestPitch, highestPitch } = view;
    this.#context.fillStyle = this.#colors.line;
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      if (pitch % 12 !== 0) continue;
      const y = Math.round(yOfPitch(view, pitch) + laneHeight(view));
      this.#context.fillRect(keyboardWidth, y, width - keyboardWidth, 1);
    }
    for (const { x } of lines) this.#context.fillRect(Math.round(x), rulerHeight, 1, height - rulerHeight);
  }

  #drawSelection(view: RollView, { fromSeconds, toSeconds }: NonNullable<Scene["selection"]>): void {
    const from = Math.max(view.keyboardWidth, xOfTime(view, fromSeconds));
    const to = Math.min(view.width, xOfTime(view, toSeconds));
    this.#context.fillStyle = this.#colors.selection;
    if (to > from) this.#context.fillRect(from, 0, to - from, view.height);
  }

  #drawNotes(view: RollView): void {
    const { count } = this.#layout;
    const isMany = count > MANY;
    const isRound = count <= ROUND;
    if (isMany) this.#raster.begin(Math.ceil(view.width), Math.ceil(view.height));
    for (const { lists, colors, pixels, alpha } of this.#layers) {
      this.#context.globalAlpha = alpha;
      for (const [shade, list] of lists.entries()) {
        if (list.count === 0) continue;
        if (isMany) this.#raster.fill(list, pixels[shade]!);
        else this.#fill(list, colors[shade], isRound);
      }
    }
    this.#context.globalAlpha = 1;
    if (isMany) this.#raster.paint(this.#context);
  }

  #fill(list: RectangleList, color: string | undefined, isRound: boolean): void {
    const context = this.#context;
    context.fillStyle = color ?? "";
    if (!isRound) {
      list.forEach((x, y, width, height) => context.fillRect(x, y, width, Math.max(1, height - 1)));
      return;
    }
    context.beginPath();
    list.forEach((x, y, width, height) =>
      context.roundRect(x, y + 0.5, width, Math.max(2, height - 1), Math.min(2, width / 2)),
    );
    context.fill();
  }

  #drawGhost(view: RollView, { piece, fromSeconds, toSeconds }: NonNullable<Scene["ghost"]>): void {
    const context = this.#context;
    const { from, to } = visibleSeconds(view);
    context.strokeStyle = this.#colors.ghost;
    context.lineWidth = 1;
    context.beginPath();
    piece.forEachNote(Math.max(from, fromSeconds), Math.min(to, toSeconds), (note) => {
      const { startSeconds } = note;
      const isOther = startSeconds >= fromSeconds && startSeconds < toSeconds;
      const box = isOther ? noteRectangle(view, note, piece.seconds) : undefined;
      if (box) context.rect(box.x + 0.5, box.y + 1, Math.max(1, box.width - 1), Math.max(2, box.height - 2));
    });
    context.stroke();
    context.fillStyle = this.#colors.ghost;
    for (const seconds of [fromSeconds, toSeconds]) {
      const x = Math.round(xOfTime(view, seconds));
      if (x >= view.keyboardWidth && x <= view.width) context.fillRect(x, view.rulerHeight, 1, view.height);
    }
  }

  /** Marks the end of the primer. */
  #drawPrimerEnd(view: RollView, piece: Music): void {
    if (piece.primerLength === 0) return;
    const x = Math.round(xOfTime(view, piece.primerSeconds));
    if (x < view.keyboardWidth || x > view.width) return;
    const context = this.#context;
    context.fillStyle = this.#colors.primer.at(-1) ?? "";
    for (let y = view.rulerHeight; y < view.height; y += 8) context.fillRect(x, y, 1, 4);
    // A handle to drag.
    context.beginPath();
    context.roundRect(x - 4, view.rulerHeight - 12, 9, 16, 3);
    context.fill();
  }

  #drawChosen(view: RollView, note: PieceNote, until: number): void {
    const box = noteRectangle(view, note, until);
    if (!box) return;
    this.#context.strokeStyle = this.#colors.playhead;
    this.#context.lineWidth = 2;
    this.#context.strokeRect(box.x - 1, box.y - 1, box.width + 2, box.height + 2);
  }

  #drawPlayhead(view: RollView, seconds: number): void {
    const x = Math.round(xOfTime(view, seconds));
    if (x < view.keyboardWidth) return;
    const context = this.#context;
    context.fillStyle = this.#colors.playhead;
    context.fillRect(x, 0, 1, view.height);
    context.beginPath();
    context.moveTo(x - 5, 0);
    context.lineTo(x + 6, 0);
    context.lineTo(x + 0.5, 7);
    context.fill();
  }

  #drawRuler(lines: readonly GridLine[]): void {
    const context = this.#context;
    context.font = `11px ${this.#colors.font}`;
    context.textBaseline = "top";
    context.fillStyle = this.#colors.faint;
    for (const { x, label } of lines) context.fillText(label, Math.round(x) + 4, 7);
  }

  #drawKeyboard(view: RollView, sounding: ReadonlySet<number>): void {
    const context = this.#context;
    const { keyboardWidth, rulerHeight, lowestPitch, highestPitch } = view;
    const height = laneHeight(view);
    context.fillStyle = this.#colors.ground;
    context.fillRect(0, 0, keyboardWidth, rulerHeight);
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      const isBlack = isBlackKey(pitch);
      const y = yOfPitch(view, pitch);
      context.fillStyle = this.#colors.whiteKey;
      context.fillRect(0, y, keyboardWidth, height + 0.5);
      if (sounding.has(pitch)) context.fillStyle = this.#colors.accent;
      else if (isBlack) context.fillStyle = this.#colors.blackKey;
      else continue;
      context.fillRect(0, y, isBlack ? keyboardWidth * 0.62 : keyboardWidth, height);
    }
    context.fillStyle = this.#colors.octave;
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      // Adjacent white keys without a black key: B and C, E and F.
      if (isBlackKey(pitch) || isBlackKey(pitch - 1)) continue;
      context.fillRect(0, Math.round(yOfPitch(view, pitch) + height), keyboardWidth, 1);
    }
    context.fillRect(keyboardWidth - 1, rulerHeight, 1, view.height - rulerHeight);
    if (height < NAMED_LANE || keyboardWidth < NAMED_KEYS) return;
    context.font = `8px ${this.#colors.font}`;
    context.textAlign = "right";
    context.textBaseline = "alphabetic";
    context.fillStyle = this.#colors.blackKey;
    for (let pitch = 24; pitch <= highestPitch; pitch += 12)
      context.fillText(pitchName(pitch), keyboardWidth - 3, yOfPitch(view, pitch) + height - 0.5);
    context.textAlign = "left";
  }
}
