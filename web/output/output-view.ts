/** Saves the piece: MIDI file, WAV file, link. */
import { scoreFromNotes, writeMidi } from "../../src/index.ts";
import type { Settings } from "../controls/settings.ts";
import { byId } from "../elements.ts";
import { BandPiece } from "../music/band-piece.ts";
import { bandScore } from "../music/music.ts";
import { saveFile } from "../save-file.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { linkOf, LONGEST_LINK_SECONDS } from "./link.ts";

type Parts = Pick<Session, "playback" | "models" | "sounds">;

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
    byId("save", HTMLButtonElement).addEventListener("click", () => this.#saveMidi());
    byId("save-wav", HTMLButtonElement).addEventListener("click", () => void this.#saveWav());
    byId("link", HTMLButtonElement).addEventListener("click", () => void this.#copyLink());
  }

  #saveMidi(): void {
    const { piece } = this.#session.playback;
    if (!piece) return;
    try {
      const score = piece instanceof BandPiece ? bandScore(piece) : scoreFromNotes(piece.finished());
      saveFile(writeMidi(score), "ostinato.mid", "audio/midi");
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  async #saveWav(): Promise<void> {
    const { piece } = this.#session.playback;
    if (!piece) return;
    this.#status.say("Rendering");
    try {
      const { LONGEST_RENDER_SECONDS, renderWav } = await import("./render.ts");
      const notes = piece.finished().filter(({ endSeconds }) => endSeconds <= LONGEST_RENDER_SECONDS);
      const { samples } = await this.#session.sounds.load();
      saveFile(await renderWav(notes, samples), "ostinato.wav", "audio/wav");
      const isWhole = piece.seconds <= LONGEST_RENDER_SECONDS;
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
