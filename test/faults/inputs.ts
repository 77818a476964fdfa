/** Small inputs that every command can be run with. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Note, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";

export interface Inputs {
  /** The folder of all inputs. */
  readonly folder: string;
  readonly midi: string;
  readonly ids: string;
  /** A folder of MIDI files. */
  readonly pieces: string;
  /** The folder of a small music model with all tasks. */
  readonly model: string;
}

export function makeInputs(): Inputs {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-faults-"));
  const inputs = {
    folder,
    midi: join(folder, "in.mid"),
    ids: join(folder, "ids.json"),
    pieces: join(folder, "pieces"),
    model: join(folder, "model"),
  };
  const bytes = midiBytes();
  writeFileSync(inputs.midi, bytes);
  writeFileSync(inputs.ids, JSON.stringify({ vocabulary: "performance-388", ids: [380, 60, 305, 188] }));
  mkdirSync(inputs.pieces);
  for (let i = 0; i < 3; i += 1) writeFileSync(join(inputs.pieces, `${i}.mid`), bytes);
  writeTinyCheckpoint(inputs.model, { ...TINY_CONFIG, tasks: ["accompany", "infill", "ending", "style"] });
  return inputs;
}

/** A piece of so many notes, one every quarter of a second. */
export function midiBytes(notes = 40): Uint8Array {
  const played = Array.from({ length: notes }, (_, i): Note => {
    const startSeconds = i / 4;
    return { pitch: 48 + (i % 24), velocity: 80, startSeconds, endSeconds: startSeconds + 0.25 };
  });
  return writeMidi(scoreFromNotes(played));
}

/** The commands that write files, each writing to `out`. */
export function writingCommands({
  midi,
  ids,
  pieces,
  model,
}: Inputs): Readonly<Record<string, (out: string) => string[]>> {
  const quick = ["--model", model, "--threads", "1", "--seed", "7"];
  return {
    generate: (out) => ["generate", "--seconds", "1", ...quick, "--out", out],
    accompany: (out) => ["accompany", midi, ...quick, "--out", out],
    infill: (out) => ["infill", midi, "--from", "1", "--to", "2", ...quick, "--out", out],
    render: (out) => ["render", midi, "--out", out],
    encode: (out) => ["encode", midi, "--out", out],
    decode: (out) => ["decode", ids, "--out", out],
    quantize: (out) => ["quantize", model, "--out", out],
    dataset: (out) => ["dataset", pieces, "--threads", "1", "--out", out],
    compare: (out) => ["compare", pieces, pieces, "--seconds", "5", "--out", `${out}.html`],
  };
}
