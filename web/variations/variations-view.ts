/** Shows variations next to each other; each can be played and kept. */
import { NumberSetting, type NumberSpec } from "../controls/number-setting.ts";
import type { Settings } from "../controls/settings.ts";
import { byId, element, setText } from "../elements.ts";
import type { Branch } from "../music/branches.ts";
import { readColors } from "../roll/colors.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { clock } from "../words.ts";
import { commonBeginning } from "./common-beginning.ts";
import { frameOf, type MiniFrame, paintMiniRoll } from "./mini-roll.ts";
import { type Variation, Variations } from "./variations.ts";

const COUNT: NumberSpec = {
  key: "variations",
  label: "how many",
  minimum: 2,
  maximum: 8,
  isInteger: true,
  fallback: 4,
  help: "number of continuations to compare",
  slider: { minimum: 2, maximum: 8, step: 1 },
};
/** Length of the new music of each variation, in seconds. */
const SECONDS = 8;
/** Length of the common music shown before the fork, in seconds. */
const BEFORE_SECONDS = 2;

interface Card {
  readonly variation: Variation;
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly hear: HTMLButtonElement;
  readonly keep: HTMLButtonElement;
  readonly state: HTMLElement;
  readonly name: string;
  /** Its name where the time is known. */
  readonly short: string;
  branch: Branch | undefined;
  isKept: boolean;
}

type Parts = Pick<Session, "playback" | "models" | "branching" | "selection" | "loop">;

export class VariationsView {
  readonly #session: Parts;
  readonly #settings: Settings;
  readonly #status: Status;
  readonly #section = byId("variations", HTMLElement);
  readonly #count = new NumberSetting(COUNT, () => this.#count.check());
  #set: Variations | undefined;
  #cards: readonly Card[] = [];
  /** The branch that the variations continue. */
  #origin: Branch | undefined;
  #hasChanged = false;
  #shownCurrent: Branch | undefined;
  #frame: MiniFrame | undefined;
  #colors = readColors();

  constructor(session: Parts, settings: Settings, status: Status) {
    this.#session = session;
    this.#settings = settings;
    this.#status = status;
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => {
      this.#colors = readColors();
      this.#changed();
    });
    byId("variations-count", HTMLElement).append(this.#count.element);
    byId("vary", HTMLButtonElement).addEventListener("click", () => void this.open());
    byId("variations-again", HTMLButtonElement).addEventListener("click", () => void this.open());
    byId("variations-close", HTMLButtonElement).addEventListener("click", () => this.close());
  }

  /** Generates variations from the playback position. */
  async open(): Promise<void> {
    const options = this.#settings.read((bad) => bad.focus())?.options;
    if (!options || !this.#count.check()) return;
    this.#status.clearProblem();
    try {
      const model = await this.#session.models.load();
      this.#dropUnkept();
      const { branches } = this.#session.playback;
      const beginning = commonBeginning(this.#session.playback);
      if (!beginning) return;
      this.#set?.stop();
      const first = this.#settings.seed.forOneMore();
      const seeds = Array.from({ length: this.#count.value ?? 4 }, (_, i) => first + i);
      const set = new Variations(beginning, { model, options, seconds: SECONDS, seeds });
      this.#set = set;
      this.#origin = branches.current;
      this.#cards = set.list.map((variation, index) => this.#card(variation, index));
      byId("variations-list", HTMLElement).replaceChildren(...this.#cards.map((card) => card.element));
      setText(byId("variations-title", HTMLElement), `Continuations from ${clock(set.forkSeconds)}`);
      this.#section.hidden = false;
      this.#changed();
      await set.write(() => this.#changed());
    } catch (error) {
      this.close();
      this.#status.showProblem(error);
    }
  }

  /** Removes all variations except the playing one and the kept ones. */
  close(): boolean {
    if (this.#section.hidden) return false;
    this.#set?.stop();
    this.#set = undefined;
    this.#dropUnkept(this.#session.playback.branches.current);
    this.#section.hidden = true;
    return true;
  }

  /** Updates the view. Called in every frame of the roll. */
  draw(): void {
    const set = this.#set;
    if (!set || this.#section.hidden) return;
    // A new piece has started.
    if (this.#origin && !this.#session.playback.branches.list.includes(this.#origin)) {
      this.close();
      return;
    }
    const { current } = this.#session.playback.branches;
    const hasChanged = this.#hasChanged || current !== this.#shownCurrent;
    if (!hasChanged && this.#session.playback.state === "idle") return;
    this.#hasChanged = false;
    this.#shownCurrent = current;
    if (hasChanged) this.#frame = this.#commonFrame(set);
    for (const card of this.#cards) {
      const isCurrent = card.branch !== undefined && card.branch === current;
      // During playback only the playhead moves.
      if (hasChanged || isCurrent) this.#paint(card, set, isCurrent);
    }
  }

  #paint(card: Card, set: Variations, isCurrent: boolean): void {
    if (!this.#frame) return;
    paintMiniRoll(card.canvas, this.#frame, card.variation.piece, this.#colors, {
      forkSeconds: set.forkSeconds,
      heardSeconds: isCurrent ? this.#session.playback.seconds : undefined,
    });
    const { isWritten, piece } = card.variation;
    card.hear.disabled = !isWritten;
    card.hear.setAttribute("aria-pressed", String(isCurrent));
    card.keep.disabled = !isWritten || card.isKept;
    setText(card.keep, card.isKept ? "Kept" : "Keep");
    setText(card.state, isWritten ? card.short : `${(piece.seconds - set.forkSeconds).toFixed(0)} s`);
  }

  #commonFrame({ forkSeconds }: Variations): MiniFrame {
    const span = { fromSeconds: forkSeconds - BEFORE_SECONDS, toSeconds: forkSeconds + SECONDS };
    return frameOf(
      this.#cards.map(({ variation }) => variation.piece),
      span,
    );
  }

  #changed(): void {
    this.#hasChanged = true;
    this.#session.playback.changed.emit();
  }

  #card(variation: Variation, index: number): Card {
    const short = `variation ${index + 1}`;
    const name = `${short} from ${clock(this.#set?.forkSeconds ?? 0)}`;
    const item = element("li", { class: "variation" });
    const hear = element("button", { type: "button", class: "hear", title: "listen" });
    hear.setAttribute("aria-label", `hear ${name}`);
    const canvas = element("canvas", { "aria-hidden": "true" });
    const state = element("span", { class: "faint" });
    hear.append(canvas);
    const keep = element("button", { type: "button", class: "keep", title: "keep it as a branch" }, "Keep");
    keep.setAttribute("aria-label", `keep ${name}`);
    const foot = element("span", { class: "variation-foot" });
    foot.append(state, keep);
    item.append(hear, foot);
    const parts = { variation, element: item, canvas, hear, keep, state, name, short };
    const card: Card = { ...parts, branch: undefined, isKept: false };
    hear.addEventListener("click", () => void this.#hear(card));
    keep.addEventListener("click", () => {
      card.isKept = true;
      if (!card.branch) this.#grow(card);
      this.#changed();
    });
    return card;
  }

  async #hear(card: Card): Promise<void> {
    const { playback, branching } = this.#session;
    try {
      await playback.ready();
      const { branches } = playback;
      if (card.branch && branches.list.includes(card.branch)) branching.select(card.branch);
      else {
        this.#dropUnkept();
        this.#grow(card);
      }
      const { selection, loop } = this.#session;
      // A loop is heard from its start, so that takes can be compared.
      const looped = loop.isOn ? selection.span?.fromSeconds : undefined;
      playback.seek(looped ?? Math.max(0, (this.#set?.forkSeconds ?? 0) - 1));
      this.#changed();
      await playback.play();
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  /** Adds a variation as a branch of the music it continues. */
  #grow(card: Card): void {
    const { playback, branching } = this.#session;
    if (this.#origin && playback.branches.list.includes(this.#origin)) branching.select(this.#origin);
    const { piece, seed } = card.variation;
    card.branch = branching.branchTo(piece, {
      name: card.name,
      forkSeconds: this.#set?.forkSeconds ?? 0,
      seed,
    });
  }

  /** Removes the branches of variations that were played and not kept. */
  #dropUnkept(except?: Branch): void {
    for (const card of this.#cards) {
      if (card.isKept || !card.branch || card.branch === except) continue;
      this.#session.branching.remove(card.branch, false);
      card.branch = undefined;
    }
  }
}
