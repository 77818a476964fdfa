import { expect, it } from "vitest";
import { type RollView, timeOfX } from "../../../web/roll/geometry.ts";
import { Viewport } from "../../../web/roll/viewport.ts";

function view(viewport: Viewport, playheadSeconds: number): RollView {
  const size = {
    width: 1000,
    height: 400,
    keyboardWidth: 0,
    rulerHeight: 0,
    lowestPitch: 21,
    highestPitch: 108,
  };
  return { ...size, ...viewport.place(1000, playheadSeconds) };
}

it("shows the music from the left edge on at the start, until the playhead has come to its place", () => {
  const viewport = new Viewport();
  expect(timeOfX(view(viewport, 0), 0)).toBeCloseTo(0, 9);
  expect(timeOfX(view(viewport, 4), 0)).toBeCloseTo(0, 9);
  expect(timeOfX(view(viewport, 6), 0)).toBeCloseTo(1, 9);
});

it("follows the playhead until it is moved, and again on request", () => {
  const viewport = new Viewport();
  expect(view(viewport, 5).seconds).toBe(5);
  expect(view(viewport, 6).seconds).toBe(6);
  viewport.pan(view(viewport, 6), 180);
  expect(viewport.isFollowing).toBe(false);
  expect(view(viewport, 9).seconds).toBe(8);
  viewport.follow();
  expect(view(viewport, 9).seconds).toBe(9);
});

it("does not move while held", () => {
  const viewport = new Viewport();
  expect(view(viewport, 5).seconds).toBe(5);
  viewport.hold();
  expect(view(viewport, 2).seconds).toBe(5);
});

it("does not scroll before the start", () => {
  const viewport = new Viewport();
  viewport.pan(view(viewport, 0), -1e6);
  expect(timeOfX(view(viewport, 0), 1000)).toBeGreaterThanOrEqual(0);
});

it("zooms around the pointer, or around the followed playhead", () => {
  const viewport = new Viewport();
  viewport.zoom(view(viewport, 5), 2, 900);
  expect(view(viewport, 5)).toMatchObject({ seconds: 5, pixelsPerSecond: 180 });
  viewport.pan(view(viewport, 5), 1);
  const before = timeOfX(view(viewport, 5), 900);
  viewport.zoom(view(viewport, 5), 2, 900);
  expect(timeOfX(view(viewport, 5), 900)).toBeCloseTo(before, 9);
});
