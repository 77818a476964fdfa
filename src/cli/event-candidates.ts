/** `--candidates` of `ostinato generate`: the likeliest ids with each event, in words. */
import { eventText, type Vocabulary } from "../../encoding/index.ts";
import type { BandNote, MusicEvent } from "../music/index.ts";
import { candidateRow } from "./candidates.ts";

/** An id with its candidates. */
interface WordedSample {
  readonly id: number;
  readonly words: string;
  readonly probability: number;
  readonly candidates: readonly {
    readonly id: number;
    readonly words: string;
    readonly probability: number;
  }[];
}

/** An event of the piano, or a note of a band with its three ids. */
export interface EventCandidates {
  /** Time in the new music. */
  readonly seconds: number;
  readonly words: string;
  readonly samples: readonly WordedSample[];
}

/** @param vocabulary of the model, for events of the piano. */
export function eventCandidates(
  event: MusicEvent | BandNote,
  vocabulary: Vocabulary | undefined,
): EventCandidates {
  const { seconds } = event;
  if ("samples" in event) {
    const samples = event.samples.map((sample) => ({
      id: sample.id,
      words: sample.words,
      probability: probabilityOf(sample),
      candidates: sample.candidates ?? [],
    }));
    const [onset, duration, note] = event.samples;
    return { seconds, words: `${note.words}, ${onset.words}, ${duration.words}`, samples };
  }
  const words = (id: number): string =>
    vocabulary ? eventText(vocabulary.event(id), vocabulary) : String(id);
  const candidates = (event.candidates ?? []).map((each) => ({ ...each, words: words(each.id) }));
  const sample = { id: event.id, words: words(event.id), probability: probabilityOf(event), candidates };
  return { seconds, words: sample.words, samples: [sample] };
}

function probabilityOf({ logProbability = -Infinity }: Pick<MusicEvent, "logProbability">): number {
  return Math.exp(logProbability);
}

/** The event, and below it the candidates of each of its ids; the generated one is marked. */
export function eventCandidateLines({ seconds, words, samples }: EventCandidates): string[] {
  const all = samples.flatMap((sample) => [sample, ...sample.candidates]);
  const width = all.reduce((widest, each) => Math.max(widest, each.words.length), 0);
  const lines = samples.flatMap(({ id, words: own, probability, candidates }) => {
    const rows = candidates.map(
      (each, i) =>
        `${each.id === id ? "→" : " "} ${candidateRow(i + 1, each.words, each.probability, width)}`,
    );
    return candidates.some((each) => each.id === id)
      ? ["", ...rows]
      : ["", ...rows, `→ ${candidateRow("…", own, probability, width)}`];
  });
  return ["", `${seconds.toFixed(2)} s  ${words}`, ...lines];
}
