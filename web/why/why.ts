/** The panel under the roll that explains a note: its probability, its candidates and its attention. */
import type { Explanation } from "../../src/index.ts";
import { byId, element } from "../elements.ts";
import type { PieceNote } from "../music/note.ts";
import { Piece } from "../music/piece.ts";
import type { Arc } from "../roll/arcs.ts";
import type { Session } from "../session.ts";
import { Signal } from "../signal.ts";
import { arcsOf } from "./arcs-of.ts";
import { candidateItems, headButtons, offerLayers } from "./explanation-elements.ts";
import { percentOf, withChosen } from "./candidates.ts";
import { problemOf } from "../words.ts";
import { eventWords } from "./event-words.ts";
import { neighborNote, otherShares, whyTitle } from "./why-words.ts";

type Parts = Pick<Session, "playback" | "models" | "explainer" | "branching">;

/** What the panel explains. */
interface Question {
  readonly piece: Piece;
  readonly note: PieceNote;
  /** The explained event: the note-on, or an event near it. */
  readonly index: number;
  /** Until there is another one, that of the question before. */
  readonly explanation: Explanation | undefined;
}

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
  readonly #hidden = new Set<number>();
  /** Undefined: the panel is closed. Each question is another object, so that a late answer is recognized. */
  #question: Question | undefined;
  #arcs: readonly Arc[] = [];
  /** The note under the pointer, and its arcs once they are there. */
  #hovered: { readonly note: PieceNote; arcs?: readonly Arc[] } | undefined;

  constructor(session: Parts) {
    this.#session = session;
    this.#layer.addEventListener("change", () => this.#step(0));
    byId("why-before", HTMLButtonElement).addEventListener("click", () => this.#step(-1));
    byId("why-after", HTMLButtonElement).addEventListener("click", () => this.#step(1));
    byId("why-close", HTMLButtonElement).addEventListener("click", () => this.choose(undefined));
  }

  /** The explained note. */
  get note(): PieceNote | undefined {
    return this.#question?.note;
  }

  get arcs(): readonly Arc[] {
    return this.#hovered?.arcs ?? this.#arcs;
  }

  choose(note: PieceNote | undefined): void {
    const { piece } = this.#session.playback;
    this.#question = undefined;
    // Models of several instruments are not explained yet.
    const isOpen = note !== undefined && piece instanceof Piece;
    this.#section.hidden = !isOpen;
    this.#arcs = [];
    if (isOpen) void this.#ask({ piece, note, index: note.index, explanation: undefined });
    this.changed.emit();
  }

  /** Closes the panel if its note has been removed. */
  update(): void {
    if (this.note && !this.#session.playback.piece?.has(this.note)) this.choose(undefined);
  }

  /** Closes the panel. @returns whether it was open. */
  close(): boolean {
    if (!this.note) return false;
    this.choose(undefined);
    return true;
  }

  /** Shows the arcs of the note under the pointer; without one, those of the chosen note. */
  async peek(note: PieceNote | undefined): Promise<void> {
    if (note === this.#hovered?.note) return;
    const hovered = note && { note };
    this.#hovered = hovered;
    const { playback, models, explainer } = this.#session;
    const { piece } = playback;
    this.changed.emit();
    // A moving pointer does not load the model.
    if (!hovered || !(piece instanceof Piece) || note === this.note || !models.model) return;
    this.#offerLayers();
    const explanation = await explainer
      .explain(piece, hovered.note.index, [Number(this.#layer.value)])
      .catch(() => undefined);
    const [attention] = explanation?.attention ?? [];
    if (!attention || hovered !== this.#hovered) return;
    const { arcs } = arcsOf(piece, hovered.note, attention, this.#headCount);
    this.#hovered = { ...hovered, arcs: this.#shown(arcs) };
    this.changed.emit();
  }

  /** Selects the previous or next note of the piece. */
  chooseNeighbor(by: number): void {
    const { piece, seconds } = this.#session.playback;
    const note = neighborNote(piece?.notes ?? [], this.note, by, seconds);
    if (note) this.choose(note);
  }

  get #headCount(): number {
    return this.#session.models.model?.facts.heads ?? 1;
  }

  #shown(arcs: readonly Arc[]): Arc[] {
    return arcs.filter(({ head }) => !this.#hidden.has(head));
  }

  /** Explains another event of the piece; 0: the same one, in the chosen layer. */
  #step(by: number): void {
    const question = this.#question;
    if (!question) return;
    const last = question.piece.ids.length - 1;
    void this.#ask({ ...question, index: Math.min(last, Math.max(0, question.index + by)) });
  }

  async #ask(question: Question): Promise<void> {
    const { piece, note, index } = question;
    this.#question = question;
    if (piece !== this.#session.playback.piece) return;
    this.#section.setAttribute("aria-busy", "true");
    this.#title.textContent = whyTitle(piece, note, index);
    this.#share.textContent = "";
    try {
      // The piece may be shown before the model is loaded.
      await this.#session.models.load();
      this.#offerLayers();
      const explanation = await this.#session.explainer.explain(piece, index, [Number(this.#layer.value)]);
      if (question !== this.#question) return;
      const explained = { ...question, explanation };
      this.#question = explained;
      this.#showCandidates(explained);
      this.#showAttention();
    } catch (error) {
      if (question !== this.#question) return;
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

  #showCandidates({ piece, index, explanation }: Question): void {
    const { candidates = [], probability } = explanation ?? {};
    const chosen = piece.ids[index];
    const shown = withChosen(
      candidates,
      chosen === undefined ? undefined : { id: chosen, probability: probability ?? 0 },
    );
    const bin = piece.velocityBinBefore(index);
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
            onPress: () => this.#session.branching.branchAt(index, id),
          };
        }),
      ),
    );
  }

  /** Shows the heads, and the arcs of those that are not hidden. */
  #showAttention(): void {
    const heads = this.#headCount;
    const toggle = (head: number): void => {
      if (!this.#hidden.delete(head)) this.#hidden.add(head);
      this.#showAttention();
    };
    this.#heads.replaceChildren(...headButtons(heads, (head) => !this.#hidden.has(head), toggle));
    const [attention] = this.#question?.explanation?.attention ?? [];
    if (attention && this.#question) {
      const { piece, note } = this.#question;
      const { arcs, elsewhere, beginning } = arcsOf(piece, note, attention, heads);
      this.#arcs = this.#shown(arcs);
      this.#elsewhere.textContent = otherShares(elsewhere, beginning);
    }
    this.changed.emit();
  }

  #offerLayers(): void {
    const layers = this.#session.models.model?.facts.layers ?? 0;
    if (this.#layer.options.length !== layers) offerLayers(this.#layer, layers);
  }
}
