/** Opens MIDI files: by button, or dropped on the page. */
import { MIDI_EXTENSIONS } from "../../encoding/midi/index.ts";
import { MidiError } from "../../src/index.ts";
import { byId } from "../elements.ts";
import { isBand } from "../music/music.ts";
import type { RollView } from "../roll/roll-view.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { openMusicTab } from "../tabs.ts";
import { asSentence } from "../words.ts";
import {
  chooseTracks,
  leftOutWords,
  openedFile,
  pieceOfTracks,
  plainFileError,
  readMidiFile,
} from "./open-midi.ts";

type Parts = Pick<Session, "models" | "opener" | "selection">;

/** Connects the button and the page. Call it once. */
export function listenForFiles(session: Parts, roll: RollView, status: Status): FileView {
  return new FileView(session, roll, status);
}

/** Shows where a dragged file can be dropped. */
function showDropping(isDropping: boolean): void {
  byId("drop", HTMLElement).hidden = !isDropping;
}

class FileView {
  readonly #session: Parts;
  readonly #roll: RollView;
  readonly #status: Status;

  constructor(session: Parts, roll: RollView, status: Status) {
    this.#session = session;
    this.#roll = roll;
    this.#status = status;
    const input = byId("file", HTMLInputElement);
    input.accept = [...MIDI_EXTENSIONS, "audio/midi"].join(",");
    byId("open", HTMLButtonElement).addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.#openFirst(input.files);
      input.value = "";
    });
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      showDropping(event.dataTransfer?.types.includes("Files") === true);
    });
    document.addEventListener("dragleave", ({ relatedTarget }) => {
      // The pointer has left the page.
      if (relatedTarget === null) showDropping(false);
    });
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      showDropping(false);
      const files = event.dataTransfer?.files;
      if (files && files.length > 0) openMusicTab();
      this.#openFirst(files);
    });
  }

  #openFirst(files: FileList | null | undefined): void {
    const [file] = files ?? [];
    if (file) void this.#open(file);
  }

  /** @param recover reads the undamaged parts of a damaged file. */
  async #open(file: File, recover = false): Promise<void> {
    this.#status.clearProblem();
    try {
      const read = await readMidiFile(file, recover);
      const { score } = read;
      const withBand = isBand(this.#session.models.model);
      const tracks = await chooseTracks(score, withBand);
      if (!tracks) return;
      this.#session.selection.span = undefined;
      const opened = openedFile({ ...read, name: file.name }, tracks);
      this.#session.opener.show(pieceOfTracks(score, tracks, opened.primer), 0, opened);
      this.#roll.follow();
      const leftOut = withBand ? "" : leftOutWords(score);
      this.#status.say(
        `${file.name}: press Play; the model carries on at the end${leftOut ? `. ${asSentence(leftOut)}` : ""}`,
      );
    } catch (error) {
      const canRecover = error instanceof MidiError && error.canRecover && !recover;
      this.#status.showProblem(
        plainFileError(error),
        canRecover
          ? { label: "Open the undamaged parts", run: () => void this.#open(file, true) }
          : undefined,
      );
    }
  }
}
