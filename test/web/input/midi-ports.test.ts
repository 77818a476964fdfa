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
    expect(sent.splice(0), "a note that was sent ahead ends when it begins").toEqual([
      { message: [0x90, 60, 80], inMilliseconds: 80 },
      { message: [0x80, 60, 0], inMilliseconds: 80 },
      { message: [0xb0, 123, 0], inMilliseconds: 0 },
    ]);
    ports.send({ kind: "NOTE_ON", note, seconds: 0 }, 0);
    ports.send({ kind: "NOTE_ON", note: { ...note, pitch: 64 }, seconds: 0 }, 0);
    ports.send({ kind: "NOTE_OFF", note: { ...note, pitch: 64 }, seconds: 0 }, 0.05);
    ports.send({ kind: "NOTE_ON", note: { ...note, pitch: 67 }, seconds: 0 }, 0);
    vi.advanceTimersByTime(40);
    sent.length = 0;
    ports.send({ kind: "NOTE_OFF", note: { ...note, pitch: 67 }, seconds: 0 }, 0);
    ports.allNotesOff(0.02);
    expect(sent.splice(0), "each note that sounds by then, and no other").toEqual([
      { message: [0x80, 67, 80], inMilliseconds: 0 },
      { message: [0x80, 60, 0], inMilliseconds: 20 },
      { message: [0xb0, 123, 0], inMilliseconds: 20 },
    ]);
    ports.allNotesOff();
    expect(sent, "once").toEqual([{ message: [0xb0, 123, 0], inMilliseconds: 0 }]);
  } finally {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
});

it("lifts the keys and the pedal of a keyboard that is unplugged, and of no other", async () => {
  const done: string[] = [];
  const input = {
    press: (pitch: number): unknown => done.push(`press ${pitch}`),
    lift: (pitch: number): unknown => done.push(`lift ${pitch}`),
    pedal: (isDown: boolean): unknown => done.push(`pedal ${isDown}`),
  };
  const keyboards = ["one", "two"].map((id) =>
    Object.assign(new EventTarget(), { id, name: id, state: "connected" }),
  );
  const access = Object.assign(new EventTarget(), {
    inputs: new Map(keyboards.map((keyboard) => [keyboard.id, keyboard])),
    outputs: new Map(),
  });
  vi.stubGlobal("navigator", { requestMIDIAccess: () => Promise.resolve(access) });
  try {
    await MidiPorts.open(input);
    const [one, two] = keyboards;
    const play = (keyboard: EventTarget | undefined, ...data: number[]): unknown =>
      keyboard?.dispatchEvent(Object.assign(new Event("midimessage"), { data: Uint8Array.from(data) }));
    play(one, 0x90, 60, 90);
    play(one, 0x90, 64, 90);
    play(one, 0x80, 64, 0);
    play(one, 0xb0, 64, 127);
    play(two, 0x90, 72, 90);
    done.length = 0;
    if (one) one.state = "disconnected";
    access.inputs.delete("one");
    access.dispatchEvent(new Event("statechange"));
    access.dispatchEvent(new Event("statechange"));
    expect(done).toEqual(["lift 60", "pedal false"]);
  } finally {
    vi.unstubAllGlobals();
  }
});
