import { expect, it } from "vitest";
import { InputSound } from "../../../web/input/input-sound.ts";

it("holds released keys until the pedal is released", () => {
  const calls: string[] = [];
  const sound = {
    press: (pitch: number, velocity: number) => calls.push(`on ${pitch} ${velocity}`),
    lift: (pitch: number) => calls.push(`off ${pitch}`),
  };
  const input = new InputSound({ sound });
  input.press(60, 80);
  input.lift(60);
  input.pedal(true);
  input.press(64, 70);
  input.lift(64);
  input.press(67, 60);
  expect(calls).toEqual(["on 60 80", "off 60", "on 64 70", "on 67 60"]);
  input.pedal(false);
  expect(calls.slice(4), "a key that is still down sounds on").toEqual(["off 64"]);
  input.lift(67);
  expect(calls.slice(5)).toEqual(["off 67"]);
});

it("is silent before the sound exists", () => {
  const input = new InputSound({ sound: undefined });
  expect(() => {
    input.press(60, 80);
    input.pedal(true);
    input.lift(60);
    input.pedal(false);
  }).not.toThrow();
});
