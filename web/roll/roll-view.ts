/** The roll on the page: when it is painted, and the actions of its gestures. */
import type { App } from "../app.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import type { Span } from "../sound/sound.ts";
import type { Why } from "../why/why.ts";
import { clock } from "../words.ts";
import type { RollView as View } from "./geometry.ts";
import { listenForGestures } from "./gestures.ts";
import { Roll } from "./roll.ts";
import { Viewport } from "./viewport.ts";

/** Step of the arrow keys in seconds, without and with Shift. */
const SCRUB = { small: 1, large: 5 } as const;
const ZOOM_STEP = 1.3;

export class RollView {
  readonly #app: App;
  readonly #canvas: HTMLCanvasElement;
  readonly #roll: Roll;
  readonly #viewport = new Viewport();
  #why: Why | undefined;
  #selection: Span | undefined;
  #onSelect: (span: Span | undefined) => void = () => undefined;
  /** The primer before it was trimmed, and the trimmed piece. */
  #untrimmed: readonly number[] = [];
  #trimmed: Piece | undefined;
  #wasFollowing = true;
  /** Id of the requested animation frame; 0: none. */
  #frame = 0;
  #drawnAt = 0;
  readonly held = new Set<number>();
  /** Whether the next drag selects. */
  isSelecting = false;
  /** Called after each frame. */
  onFrame: () => void = () => undefined;

  constructor(app: App, canvas: HTMLCanvasElement) {
    this.#app = app;
    this.#canvas = canvas;
    this.#roll = new Roll(canvas, () => this.draw());
    this.#listen();
  }

  set why(why: Why) {
    this.#why = why;
  }

  set onSelect(listener: (span: Span | undefined) => void) {
    this.#onSelect = listener;
  }

  get selection(): Span | undefined {
    return this.#selection;
  }

  get isFollowing(): boolean {
    return this.#viewport.isFollowing;
  }

  select(span: Span | undefined): void {
    this.#selection = span;
    this.#onSelect(span);
    this.refresh();
  }

  /** Moves one end of the selection to the playhead. The other end stays, or becomes the end of the music. */
  #selectTo(end: keyof Span): void {
    const all = { fromSeconds: 0, toSeconds: this.#app.piece?.seconds ?? 0 };
    const span = { ...all, ...this.#selection, [end]: this.#app.seconds };
    this.select(span.toSeconds > span.fromSeconds ? span : undefined);
  }

  follow(): void {
    this.#viewport.follow();
    this.refresh();
  }

  #canTrim(): boolean {
    const { branches, piece } = this.#app;
    return branches.list.length === 1 && piece?.hasOnlyPrimer === true;
  }

  /** Trims the primer; the removed part can be restored. */
  #trim(seconds: number): void {
    const { piece } = this.#app;
    if (!piece) return;
    if (piece !== this.#trimmed) {
      this.#untrimmed = piece.ids.slice(0, piece.primerLength);
      this.#wasFollowing = this.isFollowing;
    }
    // The playhead moves with the cut; a view that follows it would move the music under the pointer.
    this.#viewport.hold();
    this.#app.trim(seconds, this.#untrimmed);
    this.#trimmed = this.#app.piece;
  }

  #trimEnds(): void {
    if (this.#wasFollowing) this.follow();
  }

  /** Trims with the keyboard: at the playhead, or restores the primer. */
  #trimTo(seconds: number): void {
    if (!this.#canTrim()) return;
    this.#trim(seconds);
    this.#trimEnds();
  }

  /** Paints the roll in the next frame, and in every frame during playback. */
  refresh(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame((time) => this.#next(time));
  }

  draw(): void {
    const { piece, seconds, branches } = this.#app;
    const { compared } = branches;
    this.#roll.draw({
      view: this.#view(),
      piece,
      heardSeconds: seconds,
      selection: this.#selection,
      chosen: this.#why?.note,
      arcs: this.#why?.arcs ?? [],
      ghost: compared && { piece: compared.piece, ...branches.difference },
      held: this.held,
    });
    this.onFrame();
  }

  #next(time: number): void {
    this.#frame = 0;
    const { state } = this.#app;
    // While playback waits, the engine needs the processor more than the animation.
    if (state !== "waiting" || time - this.#drawnAt > 250) {
      this.#drawnAt = time;
      this.draw();
    }
    if (state !== "idle") this.refresh();
  }

  #view(): View {
    return this.#roll.view(this.#viewport.place(this.#canvas.clientWidth, this.#app.seconds));
  }

  #listen(): void {
    const app = this.#app;
    const touch = (note: PieceNote | undefined): void => this.#why?.choose(note);
    listenForGestures(this.#canvas, {
      view: () => this.#view(),
      piece: () => app.piece,
      scrub: (seconds) => app.seek(seconds),
      pan: (pixels) => {
        this.#viewport.pan(this.#view(), pixels);
        this.refresh();
      },
      zoom: (factor, x) => {
        this.#viewport.zoom(this.#view(), factor, x);
        this.refresh();
      },
      choose: touch,
      hover: (note) => {
        // During playback, the model does not explain notes under a moving pointer.
        void this.#why?.peek(app.state === "idle" ? note : undefined);
        this.#canvas.title = note ? `${clock(note.startSeconds)}: press to see why the model chose it` : "";
      },
      select: (span) => this.select(span),
      isSelecting: () => this.isSelecting,
      selected: () => {
        this.isSelecting = false;
        this.#onSelect(this.#selection);
      },
      canTrim: () => this.#canTrim(),
      trim: (seconds) => this.#trim(seconds),
      trimmed: () => this.#trimEnds(),
    });
    this.#canvas.addEventListener("keydown", (event) => {
      if (this.#key(event)) event.preventDefault();
    });
  }

  /** @returns whether the key has an action. */
  #key(event: KeyboardEvent): boolean {
    const app = this.#app;
    const step = event.shiftKey ? SCRUB.large : SCRUB.small;
    const middle = this.#canvas.clientWidth / 2;
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => app.seek(app.seconds - step),
      ArrowRight: () => app.seek(app.seconds + step),
      ArrowUp: () => this.#why?.chooseNeighbor(1),
      ArrowDown: () => this.#why?.chooseNeighbor(-1),
      Home: () => app.seek(0),
      End: () => app.seek(app.piece?.seconds ?? 0),
      "+": () => this.#viewport.zoom(this.#view(), ZOOM_STEP, middle),
      "=": () => this.#viewport.zoom(this.#view(), ZOOM_STEP, middle),
      "-": () => this.#viewport.zoom(this.#view(), 1 / ZOOM_STEP, middle),
      PageUp: () => this.#viewport.pan(this.#view(), -middle),
      PageDown: () => this.#viewport.pan(this.#view(), middle),
      "[": () => this.#selectTo("fromSeconds"),
      "]": () => this.#selectTo("toSeconds"),
      Enter: () => this.#why?.chooseNeighbor(0),
      Delete: () => this.#trimTo(event.shiftKey ? Infinity : app.seconds),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    action?.();
    this.refresh();
    return action !== undefined;
  }
}
