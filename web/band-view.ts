/** Says that every instrument is played on the piano, and names the instruments by their colors; hides what only piano models have. */
import { instrumentName } from "../encoding/index.ts";
import type { Settings } from "./controls/settings.ts";
import { byId, element } from "./elements.ts";
import { BandPiece } from "./music/band-piece.ts";
import { isBand } from "./music/music.ts";
import { partColors, readColors } from "./roll/colors.ts";
import type { RollView } from "./roll/roll-view.ts";
import type { Session } from "./session.ts";

/** The lightness level of a swatch. */
const SHADE = 10;

/** Connects the view. Call it once. */
export function showBand(
  session: Pick<Session, "playback" | "models">,
  settings: Settings,
  roll: RollView,
): BandView {
  return new BandView(session, settings, roll);
}

class BandView {
  readonly #playback: Session["playback"];
  readonly #section = byId("band", HTMLElement);
  readonly #list = byId("instruments", HTMLElement);
  #isBand = false;
  #shown = "";
  #colors = readColors();

  constructor(
    { playback, models }: Pick<Session, "playback" | "models">,
    settings: Settings,
    roll: RollView,
  ) {
    this.#playback = playback;
    models.ready.listen((model) => {
      this.#isBand = isBand(model);
      settings.showFor(this.#isBand ? "band" : "piano", model.facts.tasks);
      this.update();
    });
    roll.drawn.listen(() => this.update());
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
      this.#colors = readColors();
      this.#shown = "";
      this.update();
    });
  }

  update(): void {
    const { piece } = this.#playback;
    const band = piece instanceof BandPiece ? piece : undefined;
    this.#section.hidden = !band && !this.#isBand;
    if (piece) byId("one-hot", HTMLElement).hidden = band !== undefined;
    const instruments = band?.instruments ?? [];
    const shown = instruments.join();
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren(
      ...instruments.map((instrument, part) => {
        const item = element("li", {}, instrumentName(instrument));
        item.style.setProperty("--part", partColors(this.#colors, part)[SHADE] ?? "");
        return item;
      }),
    );
  }
}
