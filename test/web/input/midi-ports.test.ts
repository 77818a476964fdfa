import { expect, it } from "vitest";
import { pitchOfCode } from "../../../web/input/computer-keys.ts";
import { receiveMidi } from "../../../web/input/midi-ports.ts";

it("understands keys and pedal, and nothing else", () => {
  const done: string[] = [];
  const hands = {
    press: (pitch: number, velocity: number): unknown => done.push(`press ${pitch} ${velocity}`),
    lift: (pitch: number): unknown => done.push(`lift ${pitch}`),
    pedal: (isDown: boolean): unknown => done.push(`pedal ${isDown}`),
  };
  const messages = [
    [0x93, 60, 90],
    [0x93, 60, 0],
    [0x80, 61, 64],
    [0xb0, 64, 127],
    [0xb0, 64, 63],
    [0xb0, 1, 90],
    [0xf8],
    [],
  ];
  for (const message of messages) receiveMidi(Uint8Array.from(message), hands);
  expect(done).toEqual(["press 60 90", "lift 60", "lift 61", "pedal true", "pedal false"]);
});

it("lays a piano over two rows of letters", () => {
  expect(["KeyA", "KeyW", "KeyS", "KeyK", "KeyL", "Space", "KeyQ"].map(pitchOfCode)).toEqual([
    60,
    61,
    62,
    72,
    74,
    undefined,
    undefined,
  ]);
});
