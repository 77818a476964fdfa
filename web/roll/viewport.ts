/** What part of the music is looked at: it follows the playhead until the visitor moves it. */
import { type RollView, ZOOM, zoomed } from "./geometry.ts";

/** How much of the width is past while the roll follows the playhead. */
const ANCHOR = 0.45;
const PIXELS_PER_SECOND = 90;
/** The seconds that are seen at first: at least so many. */
const FEWEST_SECONDS = 7;

export class Viewport {
  #seconds = 0;
  #pixelsPerSecond: number | undefined;
  #isFollowing = true;

  /** Whether it moves along with the playhead. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  follow(): void {
    this.#isFollowing = true;
  }

  /** Stays where it is. */
  hold(): void {
    this.#isFollowing = false;
  }

  /** Where it is, on a roll of a width, with the playhead at a time. */
  place(width: number, playheadSeconds: number): Pick<RollView, "seconds" | "anchor" | "pixelsPerSecond"> {
    if (this.#isFollowing) this.#seconds = playheadSeconds;
    this.#pixelsPerSecond ??= Math.min(PIXELS_PER_SECOND, Math.max(ZOOM.least, width / FEWEST_SECONDS));
    return { seconds: this.#seconds, anchor: ANCHOR, pixelsPerSecond: this.#pixelsPerSecond };
  }

  /** Moves so many pixels of music out of sight at the left. */
  pan(view: RollView, pixels: number): void {
    this.#isFollowing = false;
    // The beginning stays in sight.
    const earliest = -(view.width * (1 - ANCHOR)) / view.pixelsPerSecond;
    this.#seconds = Math.max(earliest, view.seconds + pixels / view.pixelsPerSecond);
  }

  /** @param x what is there stays there; where the roll follows the playhead, that does. */
  zoom(view: RollView, factor: number, x: number): void {
    const { pixelsPerSecond, seconds } = zoomed(view, factor, x);
    this.#pixelsPerSecond = pixelsPerSecond;
    if (!this.#isFollowing) this.#seconds = seconds;
  }
}
