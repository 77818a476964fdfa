/** The panel under the roll that explains a note: its probability, its candidates and its attention. */
import type { Explanation } from "../../src/index.ts";
import type { ArrivalExplanation } from "../../src/platform/browser/worker/index.ts";
import { byId, element } from "../elements.ts";
import type { PieceNote } from "../music/note.ts";
import { BandPiece } from "../music/band-piece.ts";
import type { Music } from "../music/music.ts";
import type { Arc } from "../roll/arcs.ts";
import type { Session } from "../session.ts";
import { Signal } from "../signal.ts";
import { arcsOf, type NoteAttention, notesOfEvents, notesOfIds } from "./arcs-of.ts";
import { bandBranchWords, bandTitle, eventIndex, neighborIndex, pitchIndex } from "./band-places.ts";
import { candidateItems, headButtons, offerLayers } from "./explanation-elements.ts";
import { orderedByKind, percentOf, withChosen } from "./candidates.ts";
import { problemOf } from "../words.ts";
import { eventWords, kindWords } from "./event-words.ts";
import { showLadder } from "./ladder.ts";
import { respelled, spellingOfMusic } from "./spelling.ts";
import { whySentence } from "./why-sentence.ts";
import { neighborNote, otherShareOfBand, otherShares, whyTitle, wordsAt } from "./why-words.ts";

type Parts = Pick<Session, "playback" | "models" | "explainer" | "branching">;

/** What the panel explains. */
interface Question {
  readonly piece: Music;
  readonly note: PieceNote;
  /** The explained event: the note-on, or an event near it; of several instruments, the value of a note (see `band-places.ts`). */
  readonly index: number;
  /** Until there is another one, that of the question before. */
  readonly explanation: Explanation | undefined;
}

/** A candidate as the panel shows it. */
interface Choice {
  readonly words: string;
  readonly probability: number;
  readonly isChosen: boolean;
  readonly kind: string;
  readonly branch: () => void;
}

export class Why {
  /** Another note is explained, or other arcs are shown. */
  readonly changed = new Signal();
  /** A candidate has been pressed: the music branches there. */
  readonly branched = new Signal();
  readonly #session: Parts;
  readonly #section = byId("why", HTMLElement);
  readonly #title = byId("why-title", HTMLElement);
  readonly #sentence = byId("why-sentence", HTMLElement);
  readonly #bars = byId("candidates", HTMLElement);
  readonly #layer = byId("layer", HTMLSelectElement);
  readonly #heads = byId("heads", HTMLElement);
  readonly #layers = byId("why-layers", HTMLDetailsElement);
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
    this.#layers.addEventListener("toggle", () => this.#step(0));
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
    this.#section.hidden = !(note && piece);
    this.#arcs = [];
    if (note && piece)
      void this.#ask({ piece, note, index: firstIndex(piece, note), explanation: undefined });
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
    const { playback, models } = this.#session;
    const { piece } = playback;
    this.changed.emit();
    // A moving pointer does not load the model.
    if (!hovered || !piece || note === this.note || !models.model) return;
    this.#offerLayers();
    const index = firstIndex(piece, hovered.note);
    const explanation = await this.#explain(piece, index, false).catch(() => undefined);
    const attention = this.#attentionOf({ piece, note: hovered.note, index, explanation });
    if (!attention || hovered !== this.#hovered) return;
    this.#hovered = { ...hovered, arcs: this.#shown(attention.arcs) };
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
    const { piece, note, index } = question;
    if (piece instanceof BandPiece) {
      const next = by === 0 ? index : neighborIndex(piece, index, by);
      void this.#ask({ ...question, index: next, note: piece.noteAt(eventIndex(next)) ?? note });
      return;
    }
    const last = piece.ids.length - 1;
    void this.#ask({ ...question, index: Math.min(last, Math.max(0, index + by)) });
  }

  #explain(piece: Music, index: number, layers = this.#layers.open): Promise<Explanation> {
    const { explainer } = this.#session;
    const request = { attention: { layers: [Number(this.#layer.value)] }, layers };
    return piece instanceof BandPiece
      ? explainer.explainBand(piece, index, request)
      : explainer.explain(piece, index, request);
  }

  async #ask(question: Question): Promise<void> {
    const { piece, note, index } = question;
    this.#question = question;
    if (piece !== this.#session.playback.piece) return;
    this.#section.setAttribute("aria-busy", "true");
    this.#title.textContent =
      piece instanceof BandPiece ? bandTitle(piece, index, undefined) : whyTitle(piece, note, index);
    this.#sentence.textContent = "";
    try {
      // The piece may be shown before the model is loaded.
      await this.#session.models.load();
      this.#offerLayers();
      const explanation = await this.#explain(piece, index);
      if (question !== this.#question) return;
      const explained = { ...question, explanation };
      this.#question = explained;
      this.#showCandidates(explained);
      this.#showAttention();
      this.#showLayers(explained);
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

  #showCandidates(question: Question): void {
    const { piece, index, explanation } = question;
    const { probability } = explanation ?? {};
    if (piece instanceof BandPiece && isOfBand(explanation))
      this.#title.textContent = bandTitle(piece, index, explanation.words);
    this.#sentence.textContent = probability === undefined ? "" : this.#sentenceOf(question, probability);
    this.#bars.replaceChildren(
      ...candidateItems(
        orderedByKind(this.#choices(question)).map(
          ({ words, probability: share, isChosen, kind, branch }) => ({
            words,
            kind,
            probability: share,
            percent: percentOf(share),
            isChosen,
            title: isChosen ? "the chosen event" : `continue with ${words} instead, in a new branch`,
            onPress: () => this.#branch(branch, question),
          }),
        ),
      ),
    );
  }

  #sentenceOf(question: Question, probability: number): string {
    const { piece, note, index, explanation } = question;
    const spelling = spellingOfMusic(piece);
    const ofBand = isOfBand(explanation) ? respelled(explanation.words ?? "", spelling) : undefined;
    const words =
      piece instanceof BandPiece ? ofBand : index === note.index ? undefined : wordsAt(piece, index);
    const arcs = this.#attentionOf(question)?.arcs ?? [];
    return whySentence(note, words, probability, arcs, spelling);
  }

  #choices({ piece, index, explanation }: Question): Choice[] {
    const { branching } = this.#session;
    const { candidates = [], probability = 0 } = explanation ?? {};
    const spelling = spellingOfMusic(piece);
    if (piece instanceof BandPiece) {
      if (!isOfBand(explanation)) return [];
      const { words: chosen = "" } = explanation;
      const own = { id: -1, words: chosen, probability, event: undefined };
      const isListed = explanation.candidates.some(({ words }) => words === chosen);
      return [...explanation.candidates, ...(isListed ? [] : [own])].map(
        ({ words, probability: share, event }) => {
          const [from, to] = [respelled(chosen, spelling), respelled(words, spelling)];
          return {
            words: to,
            probability: share,
            isChosen: words === chosen,
            kind: "",
            branch: () => {
              if (event)
                branching.branchWith(eventIndex(index), event, bandBranchWords(piece, index, from, to));
            },
          };
        },
      );
    }
    const chosen = piece.ids[index];
    const bin = piece.velocityBinBefore(index);
    return withChosen(candidates, chosen === undefined ? undefined : { id: chosen, probability }).map(
      ({ id, probability: share }) => ({
        words: eventWords(piece.vocabulary.event(id), bin, piece.vocabulary, spelling),
        kind: kindWords(piece.vocabulary.event(id)),
        probability: share,
        isChosen: id === chosen,
        branch: () => branching.branchAt(index, id),
      }),
    );
  }

  /** Branches, and moves the focus to the roll, where the change is. */
  #branch(branch: () => void, { piece: before, index }: Question): void {
    branch();
    const { piece } = this.#session.playback;
    if (!piece || piece === before) return;
    const note =
      piece instanceof BandPiece
        ? piece.noteAt(eventIndex(index))
        : piece.notes.find((each) => each.index === index);
    this.choose(note);
    this.branched.emit();
    byId("roll", HTMLElement).focus();
  }

  /** Shows the heads, and the arcs of those that are not hidden. */
  #showAttention(): void {
    const heads = this.#headCount;
    const toggle = (head: number): void => {
      if (!this.#hidden.delete(head)) this.#hidden.add(head);
      this.#showAttention();
    };
    this.#heads.replaceChildren(...headButtons(heads, (head) => !this.#hidden.has(head), toggle));
    const attention = this.#question && this.#attentionOf(this.#question);
    if (attention) {
      const { arcs, elsewhere, beginning } = attention;
      this.#arcs = this.#shown(arcs);
      this.#elsewhere.textContent =
        this.#question?.piece instanceof BandPiece
          ? otherShareOfBand(elsewhere)
          : otherShares(elsewhere, beginning);
    }
    this.changed.emit();
  }

  #showLayers({ piece, index, explanation }: Question): void {
    const spelling = spellingOfMusic(piece);
    const list = byId("ladder", HTMLElement);
    if (isOfBand(explanation)) {
      showLadder(list, explanation.layers ?? [], ({ words }) => respelled(words, spelling));
    } else if (!(piece instanceof BandPiece)) {
      const { vocabulary } = piece;
      const bin = piece.velocityBinBefore(index);
      showLadder(list, explanation?.layers ?? [], ({ id }) =>
        eventWords(vocabulary.event(id), bin, vocabulary, spelling),
      );
    }
  }

  #attentionOf({ piece, note, explanation }: Question): NoteAttention | undefined {
    const [attention] = explanation?.attention ?? [];
    if (!attention) return undefined;
    if (!(piece instanceof BandPiece))
      return arcsOf(notesOfIds(piece, attention.from), note, attention, this.#headCount);
    if (!isOfBand(explanation)) return undefined;
    return arcsOf(notesOfEvents(piece, explanation.events), note, attention, this.#headCount);
  }

  #offerLayers(): void {
    const layers = this.#session.models.model?.facts.layers ?? 0;
    if (this.#layer.options.length !== layers) offerLayers(this.#layer, layers);
  }
}

/** The index of the note-on, or of pitch and instrument. */
function firstIndex(piece: Music, note: PieceNote): number {
  return piece instanceof BandPiece ? pitchIndex(note) : note.index;
}

function isOfBand(explanation: Explanation | undefined): explanation is ArrivalExplanation {
  return explanation !== undefined && "events" in explanation;
}
