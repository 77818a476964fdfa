/** The roll on the page: when it is painted, and the actions of its gestures. */
import { instrumentName } from "../../encoding/index.ts";
import { spanWords } from "../music/generated-parts.ts";
import { BandPiece } from "../music/band-piece.ts";
import type { Music } from "../music/music.ts";
import type { PieceNote } from "../music/note.ts";
import type { OpenedFile } from "../music/opened-file.ts";
import type { Session } from "../session.ts";
import { Signal } from "../signal.ts";
import type { Span } from "../sound/sound.ts";
import type { Why } from "../why/why.ts";
import { clock } from "../words.ts";
import { startOf } from "../output/piece-score.ts";
import { Bars } from "./bars.ts";
import { laneHeight, type RollView as View } from "./geometry.ts";
import { listenForGestures } from "./gestures.ts";
import { Roll } from "./roll.ts";
import { PitchRange } from "./pitch-range.ts";
import { Viewport } from "./viewport.ts";

/** Step of the arrow keys in seconds, without and with Shift. */
const SCRUB = { small: 1, large: 5 } as const;
const ZOOM_STEP = 1.3;
/** A selection ends at a bar within this distance in pixels. */
const NEAR = 8;

type Parts = Pick<Session, "playback" | "trim" | "selection">;

export class RollView {
  /** A frame has been drawn. */
  readonly drawn = new Signal();
  readonly #session: Parts;
  readonly #why: Why;
  readonly #canvas: HTMLCanvasElement;
  readonly #roll: Roll;
  readonly #viewport = new Viewport();
  readonly #pitches = new PitchRange();
  #wasFollowing = true;
  /** Id of the requested animation frame; 0: none. */
  #frame = 0;
  #drawnAt = 0;
  /** The bars of a piece. */
  #bars: { readonly piece: Music | undefined; readonly lines: Bars | undefined } | undefined;
  /** Pitches that the user holds. */
  #held: ReadonlySet<number> = new Set();

  constructor(session: Parts, why: Why, canvas: HTMLCanvasElement) {
    this.#session = session;
    this.#why = why;
    this.#canvas = canvas;
    this.#roll = new Roll(canvas, () => this.draw());
    this.#listen();
    session.playback.changed.listen(() => this.refresh());
    session.playback.stateChanged.listen(() => this.refresh());
    session.selection.changed.listen(() => this.refresh());
    why.changed.listen(() => this.refresh());
  }

  get isFollowing(): boolean {
    return this.#viewport.isFollowing;
  }

  follow(): void {
    this.#viewport.follow();
    this.refresh();
  }

  /** Trims the primer; the removed part can be restored. */
  #trim(seconds: number): void {
    const { trim } = this.#session;
    if (!trim.isTrimmed) this.#wasFollowing = this.isFollowing;
    // The playhead moves with the cut; a view that follows it would move the music under the pointer.
    this.#viewport.hold();
    trim.trim(seconds);
  }

  #trimEnds(): void {
    if (this.#wasFollowing) this.follow();
  }

  /** Trims with the keyboard: at the playhead, or restores the primer. */
  #trimTo(seconds: number): void {
    if (!this.#session.trim.isPossible) return;
    this.#trim(seconds);
    this.#trimEnds();
  }

  /** Shows the keys that the user holds. */
  showHeld(held: ReadonlySet<number>): void {
    this.#held = held;
    this.refresh();
  }

  /** Paints the roll in the next frame, and in every frame during playback. */
  refresh(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((time) => this.#next(time));
  }

  draw(): void {
    const { piece, seconds, branches } = this.#session.playback;
    const { compared } = branches;
    this.#roll.draw({
      view: this.#view(),
      piece,
      bars: this.#barsOf(piece, branches.current?.file),
      heardSeconds: seconds,
      selection: this.#session.selection.span,
      chosen: this.#why.note,
      arcs: this.#why.arcs,
      ghost: compared && { piece: compared.piece, ...branches.difference },
      held: this.#held,
    });
    this.drawn.emit();
  }

  /** A span in bars, or without them in minutes and seconds. */
  spanWords(span: Span): string {
    return this.#bars?.lines?.words(span) ?? spanWords(span);
  }

  /** The ends of a selection, at bars where they are near. */
  #toBars({ fromSeconds, toSeconds }: Span): Span {
    const lines = this.#bars?.lines;
    const distance = NEAR / this.#view().pixelsPerSecond;
    const near = (seconds: number): number => lines?.near(seconds, distance) ?? seconds;
    const span = { fromSeconds: near(fromSeconds), toSeconds: near(toSeconds) };
    return span.toSeconds > span.fromSeconds ? span : { fromSeconds, toSeconds };
  }

  #barsOf(piece: Music | undefined, file: OpenedFile | undefined): Bars | undefined {
    if (this.#bars?.piece !== piece) {
      const lines = piece && file && Bars.of(file.score, startOf(piece, file));
      this.#bars = { piece, lines };
    }
    return this.#bars?.lines;
  }

  #next(time: number): void {
    this.#frame = 0;
    const { state } = this.#session.playback;
    // While playback waits, the engine needs the processor more than the animation.
    if (state !== "waiting" || time - this.#drawnAt > 250) {
      this.#drawnAt = time;
      this.draw();
    }
    if (state !== "idle") this.refresh();
  }

  #view(): View {
    const { piece, seconds } = this.#session.playback;
    return this.#roll.view(({ width, height, keyboardWidth, rulerHeight }) => ({
      ...this.#viewport.place(width - keyboardWidth, seconds),
      ...this.#pitches.place(piece, height - rulerHeight),
    }));
  }

  #listen(): void {
    const { playback, selection, trim } = this.#session;
    const choose = (note: PieceNote | undefined): void => this.#why.choose(note);
    listenForGestures(this.#canvas, {
      view: () => this.#view(),
      piece: () => playback.piece,
      scrub: (seconds) => playback.seek(seconds),
      pan: (pixels) => {
        this.#viewport.pan(this.#view(), pixels);
        this.refresh();
      },
      panPitches: (pixels) => {
        const view = this.#view();
        this.#pitches.pan(view, pixels / laneHeight(view));
        this.refresh();
      },
      zoomPitches: (factor) => {
        this.#pitches.zoom(this.#view(), factor);
        this.refresh();
      },
      zoom: (factor, x) => {
        this.#viewport.zoom(this.#view(), factor, x);
        this.refresh();
      },
      choose,
      hover: (note) => {
        // During playback, the model does not explain notes under a moving pointer.
        void this.#why.peek(playback.state === "idle" ? note : undefined);
        this.#canvas.title = note ? this.#titleOf(note) : "";
      },
      select: (span) => {
        selection.span = span && this.#toBars(span);
      },
      isSelecting: () => selection.isSelecting,
      selected: () => {
        selection.isSelecting = false;
      },
      canTrim: () => trim.isPossible,
      trim: (seconds) => this.#trim(seconds),
      trimmed: () => this.#trimEnds(),
    });
    this.#canvas.addEventListener("keydown", (event) => {
      if (this.#key(event)) event.preventDefault();
    });
  }

  #titleOf({ startSeconds, part }: PieceNote): string {
    const { piece } = this.#session.playback;
    const does =
      piece instanceof BandPiece
        ? instrumentName(piece.instruments[part ?? 0] ?? 0)
        : "press to see why the model chose it";
    return `${clock(startSeconds)}: ${does}`;
  }

  /** @returns whether the key has an action. */
  #key(event: KeyboardEvent): boolean {
    const { playback, selection } = this.#session;
    const { seconds } = playback;
    const pieceSeconds = playback.piece?.seconds ?? 0;
    const step = event.shiftKey ? SCRUB.large : SCRUB.small;
    const middle = this.#canvas.clientWidth / 2;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => playback.seek(seconds - step),
      ArrowRight: () => playback.seek(seconds + step),
      ArrowUp: () => this.#why.chooseNeighbor(1),
      ArrowDown: () => this.#why.chooseNeighbor(-1),
      Home: () => playback.seek(0),
      End: () => playback.seek(pieceSeconds),
      "+": () => this.#viewport.zoom(this.#view(), ZOOM_STEP, middle),
      "=": () => this.#viewport.zoom(this.#view(), ZOOM_STEP, middle),
      "-": () => this.#viewport.zoom(this.#view(), 1 / ZOOM_STEP, middle),
      ".": () => this.#pitches.zoom(this.#view(), ZOOM_STEP),
      ",": () => this.#pitches.zoom(this.#view(), 1 / ZOOM_STEP),
      PageUp: () => this.#viewport.pan(this.#view(), -middle),
      PageDown: () => this.#viewport.pan(this.#view(), middle),
      "[": () => selection.moveEnd("fromSeconds", seconds, pieceSeconds),
      "]": () => selection.moveEnd("toSeconds", seconds, pieceSeconds),
      Enter: () => this.#why.chooseNeighbor(0),
      Delete: () => this.#trimTo(event.shiftKey ? Infinity : seconds),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    action?.();
    this.refresh();
    return action !== undefined;
  }
}
