/** The visible part of the music. It follows the playhead until the user moves it. */
import { type RollView, ZOOM, zoomed } from "./geometry.ts";

/** Position of the playhead, as a fraction of the width, while the roll follows it. */
const ANCHOR = 0.45;
const PIXELS_PER_SECOND = 90;
/** Minimum number of visible seconds at the start. */
const FEWEST_SECONDS = 7;

export class Viewport {
  #seconds = 0;
  #pixelsPerSecond: number | undefined;
  #isFollowing = true;

  /** Whether it follows the playhead. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  follow(): void {
    this.#isFollowing = true;
  }

  /** Stops following. */
  hold(): void {
    this.#isFollowing = false;
  }

  /** The view for a width, with the playhead at a time. */
  place(width: number, playheadSeconds: number): Pick<RollView, "seconds" | "anchor" | "pixelsPerSecond"> {
    this.#pixelsPerSecond ??= Math.min(PIXELS_PER_SECOND, Math.max(ZOOM.least, width / FEWEST_SECONDS));
    // At the start nothing is left of the music: the playhead moves to its place first.
    const earliest = (ANCHOR * width) / this.#pixelsPerSecond;
    if (this.#isFollowing) this.#seconds = Math.max(playheadSeconds, earliest);
    return { seconds: this.#seconds, anchor: ANCHOR, pixelsPerSecond: this.#pixelsPerSecond };
  }

  /** Scrolls by pixels. */
  pan(view: RollView, pixels: number): void {
    this.#isFollowing = false;
    // Does not scroll before the start.
    const earliest = -(view.width * (1 - ANCHOR)) / view.pixelsPerSecond;
    this.#seconds = Math.max(earliest, view.seconds + pixels / view.pixelsPerSecond);
  }

  /** @param x fixed point of the zoom; while the roll follows the playhead, the playhead is fixed. */
  zoom(view: RollView, factor: number, x: number): void {
    const { pixelsPerSecond, seconds } = zoomed(view, factor, x);
    this.#pixelsPerSecond = pixelsPerSecond;
    if (!this.#isFollowing) this.#seconds = seconds;
  }
}
