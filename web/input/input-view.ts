/** Input of the user: MIDI files, keys, MIDI ports and the duet. */
import { NumberSetting, type NumberSpec } from "../controls/number-setting.ts";
import { byId, element, setText } from "../elements.ts";
import { Piece } from "../music/piece.ts";
import { MIDI_EXTENSIONS } from "../../encoding/midi/index.ts";
import { MidiError, PERFORMANCE_416 } from "../../src/index.ts";
import type { RollView } from "../roll/roll-view.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { type NoteInput, listenToComputerKeys } from "./computer-keys.ts";
import { Duet, type Turn } from "./duet.ts";
import { InputSound } from "./input-sound.ts";
import { MidiPorts } from "./midi-ports.ts";
import { chooseTracks, idsOfTracks, readMidiFile } from "./open-midi.ts";
import { createScreenKeys } from "./screen-keys.ts";

const PAUSE: NumberSpec = {
  key: "pause",
  label: "pause",
  minimum: 100,
  maximum: 5000,
  isInteger: true,
  fallback: 700,
  help: "the model answers after this silence, in milliseconds",
  slider: { minimum: 300, maximum: 2000, step: 50 },
};

const TURNS: Readonly<Record<Turn, string>> = {
  yours: "your turn",
  mine: "the model answers",
  over: "the piece is full: increase the length to get an answer",
  off: "",
};

type Parts = Pick<Session, "playback" | "models" | "sounds" | "opener" | "recorder" | "selection">;

/** Connects files, keys and MIDI ports. Call it once. */
export function takeInput(session: Parts, roll: RollView, status: Status): InputView {
  return new InputView(session, roll, status);
}

class InputView {
  readonly #session: Parts;
  readonly #roll: RollView;
  readonly #status: Status;
  readonly #inputSound: InputSound;
  readonly #duet: Duet;
  readonly #showHeld: (held: ReadonlySet<number>) => void;
  #ports: MidiPorts | undefined;

  constructor(session: Parts, roll: RollView, status: Status) {
    this.#session = session;
    this.#inputSound = new InputSound(session.sounds);
    this.#roll = roll;
    this.#status = status;
    this.#duet = new Duet(session, (error) => status.showProblem(error));
    const noteInput = this.#createNoteInput();
    this.#listenForFiles();
    this.#listenForDuet();
    listenToComputerKeys(noteInput, () => !byId("music", HTMLElement).hidden);
    this.#showHeld = createScreenKeys(byId("keys", HTMLElement), noteInput);
    byId("midi-in", HTMLButtonElement).addEventListener("click", () => void this.#openPorts(noteInput));
    byId("midi-out", HTMLSelectElement).addEventListener("change", (event) => {
      if (event.target instanceof HTMLSelectElement) this.#ports?.chooseOutput(event.target.value);
    });
  }

  /** Opens a MIDI file. @param recover reads the undamaged parts of a damaged file. */
  async open(file: File, recover = false): Promise<void> {
    this.#status.clearProblem();
    try {
      const score = await readMidiFile(file, recover);
      const tracks = await chooseTracks(score);
      if (!tracks) return;
      const ids = idsOfTracks(score, tracks);
      this.#session.selection.span = undefined;
      this.#session.opener.show(new Piece(PERFORMANCE_416, ids));
      this.#roll.follow();
      this.#status.say(`${file.name}: press Play to hear the model continue it`);
    } catch (error) {
      const canRecover = error instanceof MidiError && error.canRecover && !recover;
      this.#status.showProblem(
        error,
        canRecover ? { label: "Open the undamaged parts", run: () => void this.open(file, true) } : undefined,
      );
    }
  }

  /** Handlers that play notes and show the pressed keys on the roll and on the screen keys. */
  #createNoteInput(): NoteInput {
    const show = (): void => {
      this.#roll.refresh();
      this.#showHeld(this.#roll.held);
    };
    return {
      press: (pitch, velocity, at) => {
        this.#roll.held.add(pitch);
        if (this.#session.sounds.sound) this.#press(pitch, velocity, at);
        else void this.#begin(pitch, velocity, at);
        show();
      },
      lift: (pitch, at) => {
        this.#roll.held.delete(pitch);
        this.#lift(pitch, at);
        show();
      },
      pedal: (isDown, at) => {
        this.#inputSound.pedal(isDown);
        this.#duet.pedal(isDown, at);
      },
    };
  }

  /** Starts the sound at the first key press. The key may be released before the sound is ready. */
  async #begin(pitch: number, velocity: number, at: number): Promise<void> {
    try {
      await this.#session.sounds.load();
      this.#press(pitch, velocity, at);
      if (!this.#roll.held.has(pitch)) this.#lift(pitch, performance.now());
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  #press(pitch: number, velocity: number, at: number): void {
    this.#inputSound.press(pitch, velocity);
    this.#duet.press(pitch, velocity, at);
  }

  #lift(pitch: number, at: number): void {
    this.#inputSound.lift(pitch);
    this.#duet.lift(pitch, at);
  }

  #listenForFiles(): void {
    const input = byId("file", HTMLInputElement);
    input.accept = [...MIDI_EXTENSIONS, "audio/midi"].join(",");
    byId("open", HTMLButtonElement).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      const [file] = input.files ?? [];
      if (file) void this.open(file);
      input.value = "";
    });
    document.addEventListener("dragover", (event) => event.preventDefault());
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void this.open(file);
    });
  }

  #listenForDuet(): void {
    const toggle = byId("duet", HTMLButtonElement);
    const pause = new NumberSetting(PAUSE, () => {
      if (pause.check()) this.#duet.pauseSeconds = (pause.value ?? 700) / 1000;
    });
    byId("duet-settings", HTMLElement).append(pause.element);
    this.#duet.onTurn = (turn) => {
      byId("turn", HTMLElement).textContent = TURNS[turn];
    };
    toggle.addEventListener("click", () => {
      const isOn = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(isOn));
      if (isOn) void this.#beginDuet(toggle);
      else this.#duet.isOn = false;
    });
  }

  /** Loads the model before the first answer. */
  async #beginDuet(toggle: HTMLElement): Promise<void> {
    byId("turn", HTMLElement).textContent = "loading the model";
    try {
      await this.#session.playback.ready();
      this.#duet.isOn = toggle.getAttribute("aria-pressed") === "true";
    } catch (error) {
      toggle.setAttribute("aria-pressed", "false");
      this.#duet.isOn = false;
      this.#status.showProblem(error);
    }
  }

  async #openPorts(noteInput: NoteInput): Promise<void> {
    try {
      const sound = await this.#session.sounds.load();
      this.#ports ??= await MidiPorts.open(noteInput);
      this.#ports.onChange = () => this.#showPorts();
      const ports = this.#ports;
      sound.onPlay = (change, delay) => ports.send(change, delay);
      sound.onAllNotesOff = () => ports.allNotesOff();
      this.#showPorts();
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  #showPorts(): void {
    const { inputs = [], outputs = [] } = this.#ports ?? {};
    const found = inputs.length > 0 ? inputs.join(", ") : "no MIDI keyboard is connected";
    setText(byId("midi-found", HTMLElement), found);
    byId("midi-out-choice", HTMLElement).hidden = outputs.length === 0;
    const select = byId("midi-out", HTMLSelectElement);
    const chosen = select.value;
    select.replaceChildren(
      element("option", { value: "" }, "none"),
      ...outputs.map(({ id, name }) => element("option", { value: id }, name)),
    );
    select.value = outputs.some(({ id }) => id === chosen) ? chosen : "";
  }
}
