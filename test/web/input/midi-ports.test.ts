import { expect, it, vi } from "vitest";
import { pitchOfCode } from "../../../web/input/computer-keys.ts";
import { MidiPorts, receiveMidi } from "../../../web/input/midi-ports.ts";

it("reads note and pedal messages, and ignores others", () => {
  const done: string[] = [];
  const input = {
    press: (pitch: number, velocity: number, at: number): unknown =>
      done.push(`press ${pitch} ${velocity} at ${at}`),
    lift: (pitch: number, at: number): unknown => done.push(`lift ${pitch} at ${at}`),
    pedal: (isDown: boolean, at: number): unknown => done.push(`pedal ${isDown} at ${at}`),
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
  for (const [index, message] of messages.entries()) receiveMidi(Uint8Array.from(message), input, 10 * index);
  expect(done).toEqual([
    "press 60 90 at 0",
    "lift 60 at 10",
    "lift 61 at 20",
    "pedal true at 30",
    "pedal false at 40",
  ]);
});

it("maps two rows of letters to pitches", () => {
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

it("ends sounding and scheduled notes of a synthesizer", async () => {
  const nothing = (): void => undefined;
  const sent: { message: number[]; inMilliseconds: number }[] = [];
  const output = {
    id: "one",
    name: "synthesizer",
    send: (message: number[], at: number): unknown =>
      sent.push({ message, inMilliseconds: Math.round(at - performance.now()) }),
  };
  const access = Object.assign(new EventTarget(), { inputs: new Map(), outputs: new Map([["one", output]]) });
  vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.resolve(access) });
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const ports = await MidiPorts.open({ press: nothing, lift: nothing, pedal: nothing });
    expect(ports.outputs).toEqual([{ id: "one", name: "synthesizer" }]);
    ports.chooseOutput("one");
    sent.length = 0;
    const note = {
      pitch: 60,
      velocity: 80,
      startSeconds: 0,
      endSeconds: 1,
      index: 0,
      endIndex: 1,
      origin: "generated",
    } as const;
    ports.send({ kind: "NOTE_ON", note, seconds: 0 }, 0.08);
    ports.allNotesOff();
    expect(sent).toEqual([
      { message: [0x90, 60, 80], inMilliseconds: 80 },
      { message: [0xb0, 123, 0], inMilliseconds: 0 },
      { message: [0xb0, 123, 0], inMilliseconds: 80 },
    ]);
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});
