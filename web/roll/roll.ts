/** Draws the piano roll. Where everything lies is in roll-geometry.ts. */
import type { LiveNotes } from "../music/live-notes.ts";
import {
  isBlackKey,
  laneHeight,
  noteRectangle,
  PIANO_PITCHES,
  type RollView,
  timeLines,
  visibleRange,
  visibleSeconds,
  xOfPlayhead,
  yOfPitch,
} from "./geometry.ts";
import { clock } from "../words.ts";

/** How much of the width is past. */
const PLAYHEAD = 0.45;
/** The seconds that are seen: as many as look well, at least so many. */
const PIXELS_PER_SECOND = 90;
const FEWEST_SECONDS = 7;
/** Velocities are drawn in so many lightnesses. */
const SHADES = 16;
/** How much notes that have not been heard are faded. */
const UNHEARD = 0.55;

export class Roll {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  #colours: Colours;

  constructor(canvas: HTMLCanvasElement, onResize: () => void) {
    const context = canvas.getContext("2d");
    if (!context) throw new TypeError("this browser cannot draw on a canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#colours = readColours();
    new ResizeObserver(onResize).observe(canvas);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
      this.#colours = readColours();
      onResize();
    });
  }

  /** @param seconds the time at the playhead. */
  draw(notes: LiveNotes | undefined, seconds: number): void {
    const view = this.#prepare(seconds);
    this.#drawLanes(view);
    this.#drawTimeLines(view);
    const sounding = notes ? this.#drawNotes(view, notes) : new Set<number>();
    this.#drawTimes(view);
    if (notes) this.#drawPlayhead(view);
    this.#drawKeyboard(view, sounding);
  }

  /** Fits the canvas to the screen's pixels and empties it. */
  #prepare(seconds: number): RollView {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    if (
      this.#canvas.width !== Math.round(width * scale) ||
      this.#canvas.height !== Math.round(height * scale)
    ) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, width, height);
    const keyboardWidth = width < 640 ? 20 : 36;
    return {
      width,
      height,
      keyboardWidth,
      seconds,
      playhead: PLAYHEAD,
      pixelsPerSecond: Math.min(PIXELS_PER_SECOND, (width - keyboardWidth) / FEWEST_SECONDS),
      lowestPitch: PIANO_PITCHES.lowest,
      highestPitch: PIANO_PITCHES.highest,
    };
  }

  #drawLanes(view: RollView): void {
    const { width, keyboardWidth, lowestPitch, highestPitch } = view;
    this.#context.fillStyle = this.#colours.line;
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      if (pitch % 12 !== 0) continue;
      const y = Math.round(yOfPitch(view, pitch) + laneHeight(view));
      this.#context.fillRect(keyboardWidth, y, width - keyboardWidth, 1);
    }
  }

  #drawTimeLines(view: RollView): void {
    this.#context.fillStyle = this.#colours.line;
    for (const { x } of timeLines(view)) {
      if (x >= view.keyboardWidth) this.#context.fillRect(Math.round(x), 0, 1, view.height);
    }
  }

  /** The times of the lines, over the notes, which would hide them. */
  #drawTimes(view: RollView): void {
    const context = this.#context;
    context.font = `11px ${this.#colours.font}`;
    context.textBaseline = "top";
    for (const { seconds, x } of timeLines(view)) {
      if (x < view.keyboardWidth) continue;
      const label = clock(seconds);
      const { width } = context.measureText(label);
      context.fillStyle = this.#colours.ground;
      context.fillRect(Math.round(x) + 2, 2, width + 4, 14);
      context.fillStyle = this.#colours.faint;
      context.fillText(label, Math.round(x) + 4, 4);
    }
  }

  /** Returns the pitches that sound at the playhead. */
  #drawNotes(view: RollView, notes: LiveNotes): Set<number> {
    const context = this.#context;
    const sounding = new Set<number>();
    const [first, end] = visibleRange(notes.notes, visibleSeconds(view), notes.longestSeconds);
    for (const note of notes.notes.slice(first, end)) {
      const box = noteRectangle(view, note, notes.seconds);
      if (!box) continue;
      const endSeconds = note.endSeconds ?? notes.seconds;
      if (note.startSeconds <= view.seconds && endSeconds > view.seconds) sounding.add(note.pitch);
      context.globalAlpha = note.startSeconds > view.seconds ? UNHEARD : 1;
      context.fillStyle =
        this.#colours.shades[Math.floor((note.velocity * SHADES) / 128)] ?? this.#colours.ink;
      context.beginPath();
      context.roundRect(
        box.x,
        box.y + 0.5,
        box.width,
        Math.max(2, box.height - 1),
        Math.min(2, box.width / 2),
      );
      context.fill();
    }
    context.globalAlpha = 1;
    return sounding;
  }

  #drawPlayhead(view: RollView): void {
    this.#context.fillStyle = this.#colours.playhead;
    this.#context.fillRect(Math.round(xOfPlayhead(view)), 0, 1, view.height);
  }

  #drawKeyboard(view: RollView, sounding: ReadonlySet<number>): void {
    const context = this.#context;
    const { keyboardWidth, lowestPitch, highestPitch } = view;
    const height = laneHeight(view);
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      const isBlack = isBlackKey(pitch);
      const y = yOfPitch(view, pitch);
      context.fillStyle = this.#colours.whiteKey;
      context.fillRect(0, y, keyboardWidth, height + 0.5);
      if (sounding.has(pitch)) context.fillStyle = this.#colours.accent;
      else if (isBlack) context.fillStyle = this.#colours.blackKey;
      else continue;
      context.fillRect(0, y, isBlack ? keyboardWidth * 0.62 : keyboardWidth, height);
    }
    context.fillStyle = this.#colours.octave;
    for (let pitch = lowestPitch; pitch <= highestPitch; pitch += 1) {
      // White keys that meet without a black one between them: B and C, E and F.
      if (isBlackKey(pitch) || isBlackKey(pitch - 1)) continue;
      context.fillRect(0, Math.round(yOfPitch(view, pitch) + height), keyboardWidth, 1);
    }
  }
}

interface Colours {
  readonly ground: string;
  readonly line: string;
  readonly octave: string;
  readonly ink: string;
  readonly faint: string;
  readonly accent: string;
  readonly whiteKey: string;
  readonly blackKey: string;
  readonly playhead: string;
  readonly font: string;
  /** Softest to loudest. */
  readonly shades: readonly string[];
}

/** The colours of style.css. */
function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(name).trim();
  const soft = Number(read("--note-soft"));
  const loud = Number(read("--note-loud"));
  const shades = Array.from({ length: SHADES }, (_, shade) => {
    const lightness = soft + ((loud - soft) * shade) / (SHADES - 1);
    return `oklch(${lightness.toFixed(3)} ${read("--note-chroma")} ${read("--note-hue")})`;
  });
  return {
    ground: read("--ground"),
    line: read("--line"),
    octave: read("--octave"),
    ink: read("--ink"),
    faint: read("--faint"),
    accent: read("--accent"),
    whiteKey: read("--white-key"),
    blackKey: read("--black-key"),
    playhead: read("--playhead"),
    font: style.fontFamily,
    shades,
  };
}
