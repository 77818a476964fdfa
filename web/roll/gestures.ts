/** Translates touches, pointers, wheel and keys on the roll into actions. */
import type { PieceNote } from "../music/note.ts";
import type { Music } from "../music/music.ts";
import { noteAt, type RollView, timeOfX, xOfTime } from "./geometry.ts";
import type { Span } from "../sound/sound.ts";

export interface GestureTarget {
  view(): RollView;
  piece(): Music | undefined;
  scrub(seconds: number): void;
  pan(pixels: number): void;
  /** Scrolls to higher pitches. */
  panPitches(pixels: number): void;
  zoomPitches(factor: number): void;
  zoom(factor: number, x: number): void;
  choose(note: PieceNote | undefined): void;
  hover(note: PieceNote | undefined): void;
  select(span: Span | undefined): void;
  /** Whether a drag selects, as with Shift. */
  isSelecting(): boolean;
  /** Called at the end of a selection. */
  selected(): void;
  /** Whether the primer can be cut. */
  canTrim(): boolean;
  /** Called while the end of the primer is dragged. */
  trim(seconds: number): void;
  /** Called when the drag ends. */
  trimmed(): void;
}

type Drag =
  | {
      readonly kind: "pan";
      readonly startX: number;
      readonly startY: number;
      x: number;
      y: number;
      isMoved: boolean;
      readonly note: PieceNote | undefined;
    }
  | { readonly kind: "scrub" }
  | { readonly kind: "trim" }
  | { readonly kind: "select"; readonly fromSeconds: number }
  | { readonly kind: "pinch"; distance: number };

/** A press that moves fewer pixels is a click. */
const CLICK = 4;
/** Hit distance of the end of the primer, in pixels. */
const GRIP = 8;

/** Handles the events of a canvas. */
export function listenForGestures(canvas: HTMLCanvasElement, target: GestureTarget): void {
  const gestures = new Gestures(canvas, target);
  canvas.addEventListener("pointerdown", (event) => gestures.down(event));
  canvas.addEventListener("pointermove", (event) => gestures.move(event));
  canvas.addEventListener("pointerup", (event) => gestures.up(event, true));
  canvas.addEventListener("pointercancel", (event) => gestures.up(event, false));
  canvas.addEventListener("pointerleave", () => target.hover(undefined));
  canvas.addEventListener("wheel", (event) => gestures.wheel(event), { passive: false });
}

class Gestures {
  readonly #canvas: HTMLCanvasElement;
  readonly #target: GestureTarget;
  readonly #pointers = new Map<number, { x: number; y: number }>();
  #drag: Drag | undefined;

  constructor(canvas: HTMLCanvasElement, target: GestureTarget) {
    this.#canvas = canvas;
    this.#target = target;
  }

  down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const { offsetX: x, offsetY: y } = event;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, { x, y });
    if (this.#pointers.size === 2) {
      this.#drag = { kind: "pinch", distance: this.#spread() };
      return;
    }
    const view = this.#target.view();
    const piece = this.#target.piece();
    if (!piece) return;
    const isSelecting = event.shiftKey || this.#target.isSelecting();
    if (isSelecting) this.#drag = { kind: "select", fromSeconds: Math.max(0, timeOfX(view, x)) };
    else if (this.#isGrip(view, piece, x, y)) this.#drag = { kind: "trim" };
    else if (y < view.rulerHeight) {
      this.#drag = { kind: "scrub" };
      this.#target.scrub(timeOfX(view, x));
    } else
      this.#drag = {
        kind: "pan",
        startX: x,
        startY: y,
        x,
        y,
        isMoved: false,
        note: noteAt(view, piece, x, y),
      };
  }

  move(event: PointerEvent): void {
    const { offsetX: x, offsetY: y } = event;
    const view = this.#target.view();
    if (this.#pointers.has(event.pointerId)) this.#pointers.set(event.pointerId, { x, y });
    const drag = this.#drag;
    if (!drag) {
      const piece = this.#target.piece();
      const note = piece && noteAt(view, piece, x, y);
      const isGrip = piece && this.#isGrip(view, piece, x, y);
      this.#canvas.style.cursor = this.#target.isSelecting()
        ? "crosshair"
        : isGrip
          ? "ew-resize"
          : note
            ? "pointer"
            : "";
      if (event.pointerType === "mouse") this.#target.hover(note);
    } else if (drag.kind === "pan") {
      drag.isMoved ||= Math.hypot(x - drag.startX, y - drag.startY) > CLICK;
      if (drag.isMoved) {
        if (x !== drag.x) this.#target.pan(drag.x - x);
        if (y !== drag.y) this.#target.panPitches(y - drag.y);
      }
      [drag.x, drag.y] = [x, y];
    } else if (drag.kind === "scrub") this.#target.scrub(timeOfX(view, x));
    else if (drag.kind === "trim") this.#target.trim(Math.max(0, timeOfX(view, x)));
    else if (drag.kind === "select") this.#select(drag.fromSeconds, Math.max(0, timeOfX(view, x)));
    else if (this.#pointers.size === 2) {
      const distance = this.#spread();
      this.#target.zoom(distance / drag.distance, x);
      drag.distance = distance;
    }
  }

  up(event: PointerEvent, isDone: boolean): void {
    this.#pointers.delete(event.pointerId);
    const drag = this.#drag;
    this.#drag = undefined;
    if (drag?.kind === "select") this.#target.selected();
    if (drag?.kind === "trim") this.#target.trimmed();
    if (isDone && drag?.kind === "pan" && !drag.isMoved) {
      this.#target.choose(drag.note);
      if (!drag.note) this.#target.select(undefined);
    }
  }

  wheel(event: WheelEvent): void {
    event.preventDefault();
    const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    // With Shift, browsers turn the wheel to the side.
    const factor = Math.exp(-(event.deltaY || event.deltaX) * pixels * 0.004);
    if ((event.ctrlKey || event.metaKey) && event.shiftKey) this.#target.zoomPitches(factor);
    else if (event.ctrlKey || event.metaKey) this.#target.zoom(factor, event.offsetX);
    else this.#target.pan((event.deltaX || event.deltaY) * pixels);
  }

  /** Whether the end of the primer can be dragged at this point. */
  #isGrip(view: RollView, piece: Music, x: number, y: number): boolean {
    return y < view.rulerHeight + 4 && isAtPrimerEnd(view, piece, x) && this.#target.canTrim();
  }

  #select(a: number, b: number): void {
    const span = { fromSeconds: Math.min(a, b), toSeconds: Math.max(a, b) };
    this.#target.select(span.toSeconds - span.fromSeconds > 0.05 ? span : undefined);
  }

  /** Distance between two touches. */
  #spread(): number {
    const [a, b] = [...this.#pointers.values()];
    return a && b ? Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)) : 1;
  }
}

function isAtPrimerEnd(view: RollView, piece: Music, x: number): boolean {
  return piece.primerLength > 0 && Math.abs(xOfTime(view, piece.primerSeconds) - x) <= GRIP;
}
