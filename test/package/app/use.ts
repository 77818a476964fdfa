// Types as a user's compiler sees them, nothing skipped.
import { type MusicEvent, MusicModel, readMidi, type Score } from "ostinato";
import { encodePerformance, type Note, PERFORMANCE_388 } from "ostinato/encoding";
import { type DecoderConfig, parseConfig } from "ostinato/models";
import { Decoder } from "ostinato/engine";
import { WorkerMusicModel } from "ostinato/browser";
import { loadMusicModel, type LoadModelOptions } from "ostinato/node";

const notes: Note[] = [{ pitch: 60, velocity: 80, startSeconds: 0, endSeconds: 1 }];
export const ids: Uint16Array = encodePerformance(notes, PERFORMANCE_388);
export const config: DecoderConfig = parseConfig({});
export const model: Promise<MusicModel> = loadMusicModel("piano", { precision: "int8" });
export const score: Score = readMidi(new Uint8Array());
export const event = (given: MusicEvent): number => given.seconds;
export const entries = [Decoder, WorkerMusicModel];
/** Compiles only while "fp64" is no precision. */
export const isRefused: "fp64" extends LoadModelOptions["precision"] ? false : true = true;
