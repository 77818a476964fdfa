/** MIDI keyboards and synthesizers through Web MIDI. */
import type { NoteEvent } from "../music/note.ts";
import type { NoteInput } from "./computer-keys.ts";

const SUSTAIN = 64;
const ALL_NOTES_OFF = 123;

/** Thrown when the browser or the user denies MIDI access. */
export class MidiPortError extends Error {
  override readonly name = "MidiPortError";
  readonly hint = "use a browser with Web MIDI (Chrome, Edge, Firefox) and allow MIDI for this page";
}

/** Time stamps of the messages of a note, in milliseconds. */
interface SentNote {
  readonly on: number;
  readonly off: number;
}

export class MidiPorts {
  readonly #input: NoteInput;
  readonly #access: MIDIAccess;
  readonly #keyboards = new Map<MIDIInput, HeldKeys>();
  #output: MIDIOutput | undefined;
  /** The last note of each pitch that may still sound. */
  readonly #sent = new Map<number, SentNote>();
  onChange: () => void = () => undefined;

  /** Requests MIDI access. Every connected keyboard plays, also those connected later. @throws MidiPortError */
  static async open(input: NoteInput): Promise<MidiPorts> {
    if (!("requestMIDIAccess" in navigator))
      throw new MidiPortError("this browser does not support Web MIDI");
    try {
      return new MidiPorts(input, await navigator.requestMIDIAccess());
    } catch (cause) {
      throw new MidiPortError("the browser does not allow this page to use MIDI", { cause });
    }
  }

  private constructor(input: NoteInput, access: MIDIAccess) {
    this.#input = input;
    this.#access = access;
    access.addEventListener("statechange", ({ timeStamp }) => {
      this.#listen();
      for (const [keyboard, keys] of this.#keyboards)
        if (keyboard.state === "disconnected") keys.release(timeStamp);
      // A disconnected port receives no messages.
      if (this.#output?.state === "disconnected") this.#output = undefined;
      this.onChange();
    });
    this.#listen();
  }

  get inputs(): string[] {
    return [...this.#access.inputs.values()].map(({ name }) => name ?? "keyboard");
  }

  get outputs(): { readonly id: string; readonly name: string }[] {
    return [...this.#access.outputs.values()].map(({ id, name }) => ({ id, name: name ?? "synthesizer" }));
  }

  /** Sends the played notes to an output; an empty id disables output. */
  chooseOutput(id: string): void {
    this.allNotesOff();
    this.#output = this.#access.outputs.get(id);
  }

  /** @param delay seconds until the note sounds. */
  send({ kind, note: { pitch, velocity } }: NoteEvent, delay: number): void {
    const at = performance.now() + 1000 * Math.max(0, delay);
    if (kind === "NOTE_ON") this.#sent.set(pitch, { on: at, off: Infinity });
    else this.#sent.set(pitch, { on: this.#sent.get(pitch)?.on ?? at, off: at });
    this.#output?.send([kind === "NOTE_ON" ? 0x90 : 0x80, pitch, velocity], at);
  }

  /**
   * Ends all notes, including scheduled ones. Each gets its own note-off, since some synthesizers ignore "all notes off".
   *
   * @param delay seconds until they end.
   */
  allNotesOff(delay = 0): void {
    const at = performance.now() + 1000 * Math.max(0, delay);
    for (const [pitch, { on, off }] of this.#sent)
      if (off > at) this.#output?.send([0x80, pitch, 0], Math.max(at, on));
    this.#sent.clear();
    this.#output?.send([0xb0, ALL_NOTES_OFF, 0], at);
  }

  #listen(): void {
    for (const keyboard of this.#access.inputs.values()) {
      if (this.#keyboards.has(keyboard)) continue;
      const keys = new HeldKeys(this.#input);
      this.#keyboards.set(keyboard, keys);
      keyboard.addEventListener("midimessage", ({ data, timeStamp }) =>
        receiveMidi(data ?? new Uint8Array(), keys, timeStamp),
      );
    }
  }
}

/** Forwards the notes of one keyboard and tracks its held keys. */
class HeldKeys implements NoteInput {
  readonly #input: NoteInput;
  readonly #held = new Set<number>();
  #isPedalDown = false;

  constructor(input: NoteInput) {
    this.#input = input;
  }

  press(pitch: number, velocity: number, at: number): void {
    this.#held.add(pitch);
    this.#input.press(pitch, velocity, at);
  }

  lift(pitch: number, at: number): void {
    this.#held.delete(pitch);
    this.#input.lift(pitch, at);
  }

  pedal(isDown: boolean, at: number): void {
    this.#isPedalDown = isDown;
    this.#input.pedal(isDown, at);
  }

  /** Lifts all keys and the pedal, for a keyboard that was unplugged. */
  release(at: number): void {
    for (const pitch of this.#held) this.lift(pitch, at);
    if (this.#isPedalDown) this.pedal(false, at);
  }
}

/** Passes a MIDI message of a keyboard to the note input. @param at its time stamp, in milliseconds. */
export function receiveMidi(
  [status = 0, data1 = 0, data2 = 0]: Uint8Array,
  input: NoteInput,
  at: number,
): void {
  const kind = status & 0xf0;
  if (kind === 0x90 && data2 > 0) input.press(data1, data2, at);
  else if (kind === 0x80 || kind === 0x90) input.lift(data1, at);
  else if (kind === 0xb0 && data1 === SUSTAIN) input.pedal(data2 >= 64, at);
}
