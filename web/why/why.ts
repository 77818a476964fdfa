/** The panel under the roll that explains a note: its probability, its candidates and its attention. */
import type { Explanation } from "../../src/index.ts";
import { byId, element } from "../elements.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import type { Arc } from "../roll/arcs.ts";
import type { Session } from "../session.ts";
import { Signal } from "../signal.ts";
import { arcsOf } from "./arcs-of.ts";
import { candidateItems, headButtons, offerLayers } from "./explanation-elements.ts";
import { percentOf, withChosen } from "./candidates.ts";
import { problemOf } from "../words.ts";
import { eventWords, noteWords } from "./event-words.ts";

type Parts = Pick<Session, "playback" | "models" | "explainer" | "branching">;

export class Why {
  /** Another note is explained, or other arcs are shown. */
  readonly changed = new Signal();
  readonly #session: Parts;
  readonly #section = byId("why", HTMLElement);
  readonly #title = byId("why-title", HTMLElement);
  readonly #share = byId("why-share", HTMLElement);
  readonly #bars = byId("candidates", HTMLElement);
  readonly #layer = byId("layer", HTMLSelectElement);
  readonly #heads = byId("heads", HTMLElement);
  readonly #elsewhere = byId("elsewhere", HTMLElement);
  #piece: Piece | undefined;
  #note: PieceNote | undefined;
  /** The explained event: the note-on, or an event before it. */
  #index = 0;
  #explanation: Explanation | undefined;
  #hidden = new Set<number>();
  #arcs: readonly Arc[] = [];
  #asked = 0;
  #peeked: PieceNote | undefined;
  #peekedArcs: readonly Arc[] | undefined;

  constructor(session: Parts) {
    this.#session = session;
    this.#layer.addEventListener("change", () => void this.#ask());
    byId("why-before", HTMLButtonElement).addEventListener("click", () => this.#step(-1));
    byId("why-after", HTMLButtonElement).addEventListener("click", () => this.#step(1));
    byId("why-close", HTMLButtonElement).addEventListener("click", () => this.choose(undefined));
  }

  /** The explained note. */
  get note(): PieceNote | undefined {
    return this.#note;
  }

  get arcs(): readonly Arc[] {
    return this.#peekedArcs ?? this.#arcs;
  }

  choose(note: PieceNote | undefined): void {
    this.#note = note;
    this.#piece = this.#session.playback.piece;
    this.#section.hidden = note === undefined;
    this.#arcs = [];
    this.#explanation = undefined;
    if (note) {
      this.#index = note.index;
      void this.#ask();
    }
    this.changed.emit();
  }

  /** Closes the panel if its note has been removed. */
  update(): void {
    if (this.#note && !this.#session.playback.piece?.has(this.#note)) this.choose(undefined);
  }

  /** Closes the panel. @returns whether it was open. */
  close(): boolean {
    if (!this.#note) return false;
    this.choose(undefined);
    return true;
  }

  /** Shows the arcs of the note under the pointer; without one, those of the chosen note. */
  async peek(note: PieceNote | undefined): Promise<void> {
    if (note === this.#peeked) return;
    this.#peeked = note;
    const { playback, models, explainer } = this.#session;
    const { piece } = playback;
    this.#peekedArcs = undefined;
    this.changed.emit();
    // A moving pointer does not load the model.
    if (!note || !piece || note === this.#note || !models.model) return;
    this.#offerLayers();
    const explanation = await explainer
      .explain(piece, note.index, [Number(this.#layer.value)])
      .catch(() => undefined);
    const [attention] = explanation?.attention ?? [];
    if (!attention || note !== this.#peeked) return;
    const { arcs } = arcsOf(piece, note, attention, models.model?.facts.heads ?? 1);
    this.#peekedArcs = arcs.filter(({ head }) => !this.#hidden.has(head));
    this.changed.emit();
  }

  /** Selects the previous or next note of the piece. */
  chooseNeighbor(by: number): void {
    const { piece, seconds } = this.#session.playback;
    const notes = piece?.notes ?? [];
    const at = this.#note ? notes.indexOf(this.#note) : -1;
    const nearest = at < 0 ? notes.findIndex((note) => note.startSeconds >= seconds) : at + by;
    const note = notes[Math.min(notes.length - 1, Math.max(0, nearest))];
    if (note) this.choose(note);
  }

  #step(by: number): void {
    const length = this.#piece?.ids.length ?? 0;
    this.#index = Math.min(length - 1, Math.max(0, this.#index + by));
    void this.#ask();
  }

  async #ask(): Promise<void> {
    const piece = this.#piece;
    if (!piece || piece !== this.#session.playback.piece) return;
    this.#asked += 1;
    const asked = this.#asked;
    this.#section.setAttribute("aria-busy", "true");
    this.#showTitle(piece);
    this.#share.textContent = "";
    try {
      // The piece may be shown before the model is loaded.
      await this.#session.models.load();
      this.#offerLayers();
      const explanation = await this.#session.explainer.explain(piece, this.#index, [
        Number(this.#layer.value),
      ]);
      if (asked !== this.#asked || !this.#note) return;
      this.#explanation = explanation;
      this.#showCandidates(piece);
      this.#showAttention(piece);
    } catch (error) {
      if (asked !== this.#asked || !this.#note) return;
      this.#showFailure(error);
    }
    this.#section.removeAttribute("aria-busy");
  }

  /** Shows why there is no explanation. */
  #showFailure(error: unknown): void {
    this.#bars.replaceChildren(element("li", { class: "faint" }, problemOf(error).message));
    this.#arcs = [];
    this.changed.emit();
  }

  #showTitle(piece: Piece): void {
    const note = this.#note;
    if (!note) return;
    const event = piece.eventAt(this.#index);
    const words = event && eventWords(event, piece.velocityBinBefore(this.#index), piece.vocabulary);
    const where =
      this.#index === note.index
        ? noteWords(note)
        : `${words ?? ""}, ${this.#distance(note)} ${noteWords(note)}`;
    this.#title.textContent = `Why ${where}`;
  }

  #distance(note: PieceNote): string {
    const steps = this.#index - note.index;
    return `${Math.abs(steps)} event${Math.abs(steps) === 1 ? "" : "s"} ${steps < 0 ? "before" : "after"}`;
  }

  #showCandidates(piece: Piece): void {
    const { candidates = [], probability } = this.#explanation ?? {};
    const chosen = piece.ids[this.#index];
    const shown = withChosen(
      candidates,
      chosen === undefined ? undefined : { id: chosen, probability: probability ?? 0 },
    );
    const bin = piece.velocityBinBefore(this.#index);
    this.#share.textContent = probability === undefined ? "" : percentOf(probability);
    this.#bars.replaceChildren(
      ...candidateItems(
        shown.map(({ id, probability: share }) => {
          const words = eventWords(piece.vocabulary.event(id), bin, piece.vocabulary);
          const isChosen = id === chosen;
          return {
            words,
            probability: share,
            percent: percentOf(share),
            isChosen,
            title: isChosen ? "the chosen event" : `continue with ${words} instead, in a new branch`,
            onPress: () => this.#session.branching.branchAt(this.#index, id),
          };
        }),
      ),
    );
  }

  #showAttention(piece: Piece): void {
    const [attention] = this.#explanation?.attention ?? [];
    const heads = this.#session.models.model?.facts.heads ?? 1;
    const toggle = (head: number): void => {
      if (!this.#hidden.delete(head)) this.#hidden.add(head);
      this.#showAttention(piece);
    };
    this.#heads.replaceChildren(...headButtons(heads, (head) => !this.#hidden.has(head), toggle));
    if (attention && this.#note) {
      const { arcs, elsewhere, beginning } = arcsOf(piece, this.#note, attention, heads);
      this.#arcs = arcs.filter(({ head }) => !this.#hidden.has(head));
      const shares = [`${Math.round(100 * elsewhere)} % on timing and loudness`];
      if (beginning >= 0.005) shares.push(`${Math.round(100 * beginning)} % on the start of the piece`);
      this.#elsewhere.textContent = shares.join(", ");
    }
    this.changed.emit();
  }

  #offerLayers(): void {
    const layers = this.#session.models.model?.facts.layers ?? 0;
    if (this.#layer.options.length !== layers) offerLayers(this.#layer, layers);
  }
}
