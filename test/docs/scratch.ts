/** A folder in which the documentation's commands and programs find what they name. */
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addNotes, type Note, scoreFromNotes, TASKS, writeMidi } from "../../encoding/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { tinyPairTokenizer, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** MIDI files that the documentation reads without having made them. */
const PIECES = ["in", "primer", "piece"];
/** Folders of MIDI files. */
const FOLDERS = ["midi", "pieces", "songs", "generated", "reference", "train", "valid"];
const TEXTS = ["chapter.txt", "prompt.txt", "article.txt", "books/alice.txt"];
/** Models of the hub, in whose place GPT-2s with random weights lie in the cache. */
const HUB_MODELS = ["openai-community/gpt2", "openai-community/gpt2-xl", "distilbert/distilgpt2"];
/** A model of several instruments, and the folder of the network in its place. */
const BAND_MODEL = "stanford-crfm/music-small-800k";
const BAND_NETWORK = "test/models/golden/scaled-float16";
/** A trained network of several instruments. */
const TRIO = "test/music/arrival/pop-trio";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
/** What the documentation imports besides the package itself. */
const PACKAGES = ["@types", "@tonejs", "tone", "vite", "undici-types"];

/** @param realModels whether the commands are to run the models that ship, and not small ones that save time. */
export function fillScratch(folder: string, realModels: boolean): void {
  for (const name of PIECES) writeFileSync(join(folder, `${name}.mid`), midiFile(name.length));
  writeFileSync(join(folder, "melody.mid"), writeMidi(scoreFromNotes(melody())));
  const bass = melody().map((note) => ({ ...note, pitch: note.pitch - 24 }));
  writeFileSync(join(folder, "song.mid"), writeMidi(addNotes(scoreFromNotes(bass), melody(), "Melody")));
  for (const name of FOLDERS) {
    mkdirSync(join(folder, name));
    for (let i = 1; i <= 3; i++)
      writeFileSync(join(folder, name, `piece-${i}.mid`), midiFile(name.length + i));
  }
  writeFileSync(join(folder, "dev.txt"), "piece-3.mid\n");
  mkdirSync(join(folder, "books"));
  for (const name of TEXTS)
    writeFileSync(join(folder, name), "The fish swam away, and the boat was still.\n");
  copyFileSync(join(ROOT, "models/shakespeare/tokenizer.json"), join(folder, "tokenizer.json"));
  writeFileSync(join(folder, "fr.tsv"), "the fish\tle poisson\nthe boat\tle bateau\n");
  writeFileSync(join(folder, "translate.json"), JSON.stringify(tinyPairTokenizer()));
  copyFileSync(join(ROOT, "sounds/piano.sf3"), join(folder, "orchestra.sf2"));
  writeTinyCheckpoint(join(folder, "my-checkpoint"));
  for (const id of HUB_MODELS) writeTinyTextCheckpoint(hubFolder(join(folder, "hub"), id), GPT2);
  const band = hubFolder(join(folder, "hub"), BAND_MODEL);
  mkdirSync(band, { recursive: true });
  for (const name of ["config.json", "pytorch_model.bin"])
    copyFileSync(join(ROOT, BAND_NETWORK, name), join(band, name));
  mkdirSync(join(folder, dirname(TRIO)), { recursive: true });
  symlinkSync(join(ROOT, TRIO), join(folder, TRIO));
  const home = packageIn(folder, realModels);
  if (!realModels) makePackage(home);
  writePrograms(join(folder, "bin"), home);
  linkPackages(join(folder, "node_modules"));
}

/** The folder of the models that the commands run. */
export function packageIn(folder: string, realModels: boolean): string {
  return realModels ? ROOT : join(folder, "package");
}

/** What the environment of a command in the scratch folder has beyond the test's own. */
export function scratchEnvironment(folder: string): Record<string, string> {
  return {
    PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
    HOME: folder,
    HF_HOME: folder,
    HF_HUB_OFFLINE: "1",
    OSTINATO_CACHE: join(folder, "cache"),
    NO_COLOR: "1",
  };
}

/** Twenty-four seconds of two voices; `turn` makes one piece differ from another. */
function midiFile(turn: number): Uint8Array {
  const notes: Note[] = Array.from({ length: 48 }, (_, i) => [
    {
      pitch: 60 + ((i * (4 + turn)) % 17),
      velocity: 70 + (i % 3) * 8,
      startSeconds: i / 2,
      endSeconds: i / 2 + 0.4,
    },
    { pitch: 36 + ((i * 7) % 12), velocity: 60, startSeconds: i / 2 + 0.1, endSeconds: i / 2 + 0.6 },
  ]).flat();
  return writeMidi(scoreFromNotes(notes));
}

/** Eight seconds of one voice. */
function melody(): Note[] {
  return [64, 67, 72, 71, 69, 67, 65, 64, 62, 65, 69, 67, 64, 62, 60, 60].map((pitch, i) => {
    return { pitch, velocity: 80, startSeconds: i / 2, endSeconds: i / 2 + 0.45 };
  });
}

/** The config of a small GPT-2. */
const GPT2 = { model_type: "gpt2", vocab_size: 262, n_layer: 1, n_embd: 16, n_head: 2, n_positions: 1024 };

/** The folder where Hugging Face's tools would have put the model. */
function hubFolder(hub: string, id: string): string {
  const storage = join(hub, `models--${id.replace("/", "--")}`);
  mkdirSync(join(storage, "refs"), { recursive: true });
  writeFileSync(join(storage, "refs/main"), COMMIT);
  return join(storage, "snapshots", COMMIT);
}

/** The package with a small model of random weights for its piano: commands shall take seconds, whatever they write. */
function makePackage(folder: string): void {
  const piano = join(folder, "models/piano");
  writeTinyCheckpoint(piano, { ...TINY_CONFIG, n_positions: 256, tasks: TASKS });
  copyFileSync(join(ROOT, "models/piano/README.md"), join(piano, "README.md"));
  const sums = ["config.json", "model.safetensors"].map((name) => {
    const digest = createHash("sha256")
      .update(readFileSync(join(piano, name)))
      .digest("hex");
    return `${digest}  ${name}\n`;
  });
  writeFileSync(join(piano, "SHA256SUMS"), sums.join(""));
  for (const name of ["dist", "node_modules", "package.json", "sounds", "models/shakespeare"])
    symlinkSync(join(ROOT, name), join(folder, name));
}

/** `ostinato` is the built command; `npm` looks whether the script is there, and does nothing. */
function writePrograms(bin: string, home: string): void {
  mkdirSync(bin);
  const main = join(home, "dist/src/cli/main.js");
  const program = (name: string, lines: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${lines}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(ROOT, "package.json"), "utf8"),
  );
  const known = Object.keys(scripts).map((name) => `"run ${name}"`);
  // Links are kept, so that the command looks for models in the folder the links are in.
  const run = `exec "${process.execPath}" --preserve-symlinks --preserve-symlinks-main "${main}"`;
  program("ostinato", `${run} "$@"`);
  program("npx", `[ "$1" = ostinato ] || { echo "npx $1: not ours" >&2; exit 1; }\nshift\n${run} "$@"`);
  program(
    "npm",
    `case "$1 $2" in ${["ci\\ *", "test\\ *", ...known].join("|")}) ;; *) echo "npm $*: no such script" >&2; exit 1;; esac`,
  );
  // Players and pagers: what they are given must be read to its end.
  for (const name of ["aplay", "jq", "less"]) program(name, "exec cat >/dev/null");
}

function linkPackages(folder: string): void {
  mkdirSync(folder);
  for (const name of PACKAGES) symlinkSync(join(ROOT, "node_modules", name), join(folder, name));
  symlinkSync(ROOT, join(folder, "ostinato"));
}
