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

export class MidiPorts {
  readonly #input: NoteInput;
  readonly #access: MIDIAccess;
  readonly #heard = new WeakSet<MIDIInput>();
  #output: MIDIOutput | undefined;
  /** Time stamp of the last message sent, in milliseconds. */
  #dueAt = 0;
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
    access.addEventListener("statechange", () => {
      this.#listen();
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
  send({ kind, note }: NoteEvent, delay: number): void {
    const status = kind === "NOTE_ON" ? 0x90 : 0x80;
    const at = performance.now() + 1000 * Math.max(0, delay);
    this.#dueAt = Math.max(this.#dueAt, at);
    this.#output?.send([status, note.pitch, note.velocity], at);
  }

  /** Ends all notes, including scheduled ones. */
  allNotesOff(): void {
    const now = performance.now();
    this.#output?.send([0xb0, ALL_NOTES_OFF, 0], now);
    if (this.#dueAt > now) this.#output?.send([0xb0, ALL_NOTES_OFF, 0], this.#dueAt);
  }

  #listen(): void {
    for (const input of this.#access.inputs.values()) {
      if (this.#heard.has(input)) continue;
      this.#heard.add(input);
      input.addEventListener("midimessage", ({ data, timeStamp }) =>
        receiveMidi(data ?? new Uint8Array(), this.#input, timeStamp),
      );
    }
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
