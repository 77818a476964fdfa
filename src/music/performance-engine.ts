/** The interface of models of performances: from ids to events and notes. The caller converts scores to ids, and notes to a score. */
import type { Note, PerformanceNote, Vocabulary } from "../../encoding/index.ts";
import type { DecoderConfig } from "../../models/index.ts";
import type { MelodyPrompt } from "./accompaniment-task.ts";
import type { GenerateTrackOptions } from "./generated-track.ts";
import type { RegionPrompt } from "./infill-task.ts";
import type { ContinueOptions, GenerateOptions } from "./options.ts";

/** Generates music from ids: a `PerformanceModel`, or a connection to a worker that has one. All data can be cloned. */
export interface PerformanceEngine {
  readonly vocabulary: Vocabulary;
  readonly config: Pick<DecoderConfig, "window" | "tasks">;
  /** @param primerIds a performance without START and END; none for a new piece. */
  generate(primerIds: readonly number[], options: GeneratePerformanceOptions): Promise<GeneratedPerformance>;
  accompany(melody: MelodyPrompt, options: GenerateNotesOptions): Promise<GeneratedNotes>;
  infill(region: RegionPrompt, options: GenerateNotesOptions): Promise<GeneratedNotes>;
}

/** Options of a continuation of ids. */
export type ContinuePerformanceOptions = Omit<ContinueOptions, "primerSeconds" | "tracks">;

/** Options of a continuation of ids with a length. */
export type GeneratePerformanceOptions = ContinuePerformanceOptions &
  Pick<GenerateOptions, "seconds" | "onEvent">;

/** Options of the generation of notes within given music. */
export type GenerateNotesOptions = Omit<GenerateTrackOptions, "port">;

/** A primer and its continuation. */
export interface GeneratedPerformance {
  /** The seed that was used: the option's, or a random one. */
  readonly seed: number;
  /** Number of generated ids. */
  readonly events: number;
  /** The notes of the primer and of its continuation, in order of onset; their times count from the first id of the primer. */
  readonly notes: readonly PerformanceNote[];
  /** Where the continuation begins: the number of onsets before it, and its step. */
  readonly start: { readonly onsets: number; readonly step: number };
}

/** Notes generated within given music. */
export interface GeneratedNotes {
  readonly seed: number;
  readonly events: number;
  /** The new notes; their times count from the start of the prompt's music. */
  readonly notes: readonly Note[];
}
