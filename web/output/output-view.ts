/** Saves the piece: MIDI file, WAV file, link. */
import { writeMidi } from "../../src/index.ts";
import type { Settings } from "../controls/settings.ts";
import { byId } from "../elements.ts";
import { BandPiece } from "../music/band-piece.ts";
import { saveFile } from "../save-file.ts";
import type { Session } from "../session.ts";
import type { Span } from "../sound/sound.ts";
import type { Status } from "../status.ts";
import { cropScore } from "./crop-score.ts";
import { fileName } from "./file-name.ts";
import { linkOf, LONGEST_LINK_SECONDS } from "./link.ts";
import { midiOf, scoreOf, startOf } from "./piece-score.ts";

type Parts = Pick<Session, "playback" | "models" | "sounds" | "selection">;

/** Connects the buttons that save the piece. Call it once. */
export function takeOutput(session: Parts, settings: Settings, status: Status): OutputView {
  return new OutputView(session, settings, status);
}

class OutputView {
  readonly #session: Parts;
  readonly #settings: Settings;
  readonly #status: Status;

  constructor(session: Parts, settings: Settings, status: Status) {
    this.#session = session;
    this.#settings = settings;
    this.#status = status;
    const { selection } = session;
    onClick("save", () => this.#saveMidi(undefined));
    onClick("save-wav", () => void this.#saveWav(undefined));
    onClick("save-selection", () => this.#saveMidi(selection.span));
    onClick("save-selection-wav", () => void this.#saveWav(selection.span));
    onClick("link", () => void this.#copyLink());
  }

  /** @param span the selection; undefined for the whole piece. */
  #saveMidi(span: Span | undefined): void {
    const { current } = this.#session.playback.branches;
    if (!current) return;
    const { piece, file } = current;
    try {
      const offset = startOf(piece, file);
      const bytes = span
        ? writeMidi(
            cropScore(scoreOf(piece, file), {
              fromSeconds: span.fromSeconds + offset,
              toSeconds: span.toSeconds + offset,
            }),
          )
        : midiOf(piece, file);
      saveFile(bytes, `${this.#name(span)}.mid`, "audio/midi");
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  #name(span: Span | undefined): string {
    return fileName(this.#session.playback.branches, this.#settings.seed.value, span);
  }

  async #saveWav(span: Span | undefined): Promise<void> {
    const { piece } = this.#session.playback;
    if (!piece) return;
    const name = this.#name(span);
    this.#status.say("Rendering");
    try {
      const { LONGEST_RENDER_SECONDS, renderWav } = await import("./render.ts");
      const { fromSeconds, toSeconds } = span ?? { fromSeconds: 0, toSeconds: piece.seconds };
      const last = Math.min(toSeconds, fromSeconds + LONGEST_RENDER_SECONDS);
      const notes = piece
        .finished()
        .filter(({ startSeconds }) => startSeconds >= fromSeconds && startSeconds < last)
        .map((note) => ({
          ...note,
          startSeconds: note.startSeconds - fromSeconds,
          endSeconds: Math.min(note.endSeconds, last) - fromSeconds,
        }));
      const { samples } = await this.#session.sounds.load();
      saveFile(await renderWav(notes, samples), `${name}.wav`, "audio/wav");
      const isWhole = toSeconds <= last;
      this.#status.say(isWhole ? "Saved" : `Saved the first ${LONGEST_RENDER_SECONDS / 60} minutes`);
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  async #copyLink(): Promise<void> {
    const { piece } = this.#session.playback;
    const settings = this.#settings.read();
    if (!piece || !settings) return;
    const { name, isPublic } = this.#session.models.source;
    const { hash, hasIds } = await linkOf(piece, settings, isPublic ? name : undefined);
    const address = new URL(hash, location.href).href;
    history.replaceState(undefined, "", hash);
    const minutes = LONGEST_LINK_SECONDS / 60;
    const reason =
      piece instanceof BandPiece ? "it has several instruments" : `it is longer than ${minutes} minutes`;
    const kind = hasIds
      ? "it contains the music"
      : `${reason}, so the link contains only ${isPublic ? "the model, " : ""}the seed and the settings`;
    try {
      await navigator.clipboard.writeText(address);
      this.#status.say(`Link copied; ${kind}`);
    } catch {
      // If the clipboard is not allowed, the link is shown in the address bar.
      this.#status.say(`The link is in the address bar; ${kind}`);
    }
  }
}

function onClick(id: string, action: () => void): void {
  byId(id, HTMLButtonElement).addEventListener("click", action);
}
