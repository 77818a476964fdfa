/** Connects MIDI keyboards and synthesizers, and lists them. */
import { byId, element, setText } from "../elements.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import type { NoteInput } from "./computer-keys.ts";
import { MidiPorts } from "./midi-ports.ts";

/** Connects the button and the list. Call it once. */
export function listenToPorts(
  session: Pick<Session, "sounds">,
  noteInput: NoteInput,
  status: Status,
): PortsView {
  return new PortsView(session, noteInput, status);
}

class PortsView {
  readonly #sounds: Session["sounds"];
  readonly #noteInput: NoteInput;
  readonly #status: Status;
  readonly #outputs = byId("midi-out", HTMLSelectElement);
  #ports: MidiPorts | undefined;

  constructor({ sounds }: Pick<Session, "sounds">, noteInput: NoteInput, status: Status) {
    this.#sounds = sounds;
    this.#noteInput = noteInput;
    this.#status = status;
    byId("midi-in", HTMLButtonElement).addEventListener("click", () => void this.#open());
    this.#outputs.addEventListener("change", () => this.#ports?.chooseOutput(this.#outputs.value));
  }

  async #open(): Promise<void> {
    try {
      const sound = await this.#sounds.load();
      this.#ports ??= await MidiPorts.open(this.#noteInput);
      const ports = this.#ports;
      ports.onChange = () => this.#show(ports);
      sound.onPlay = (change, delay) => ports.send(change, delay);
      sound.onAllNotesOff = (delay) => ports.allNotesOff(delay);
      this.#show(ports);
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  #show({ inputs, outputs }: MidiPorts): void {
    const found = inputs.length > 0 ? inputs.join(", ") : "no MIDI keyboard is connected";
    setText(byId("midi-found", HTMLElement), found);
    byId("midi-out-choice", HTMLElement).hidden = outputs.length === 0;
    const chosen = this.#outputs.value;
    this.#outputs.replaceChildren(
      element("option", { value: "" }, "none"),
      ...outputs.map(({ id, name }) => element("option", { value: id }, name)),
    );
    this.#outputs.value = outputs.some(({ id }) => id === chosen) ? chosen : "";
  }
}
