/** Common functions of the scripts in this folder. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const say = (line) => process.stdout.write(`${line}\n`);

/** Shows a status line on a terminal; the next one replaces it. */
export function progress(line) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

/** Parses the arguments `FOLDER --python PATH`; otherwise prints the usage and exits. */
export function folderAndPython(usage) {
  const [folder, flag, pythonPath, ...rest] = process.argv.slice(2);
  if (folder === undefined || flag !== "--python" || pythonPath === undefined || rest.length > 0) {
    say(`usage: ${usage}`);
    process.exit(2);
  }
  return { folder, pythonPath };
}

/** Runs a Python script of this folder and returns its output. */
export function python(path, [script, ...rest]) {
  const file = fileURLToPath(new URL(script, import.meta.url));
  return execFileSync(path, [file, ...rest], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** Writes GPT-2 with random weights in all formats, unless the last file exists. */
export function makeGpt2(pythonPath, folder) {
  if (existsSync(join(folder, "onnx", "model_quantized.onnx"))) return;
  say("making random weights …");
  python(pythonPath, ["weights/make_gpt2.py", folder]);
}

/** Writes random weights in a shape of GPT-2 as safetensors, unless they exist. */
export function makeRandomGpt2(size, folder) {
  if (existsSync(join(folder, "model.safetensors"))) return;
  say(`making random weights in the ${size} shape …`);
  const script = fileURLToPath(new URL("random-gpt2.mjs", import.meta.url));
  execFileSync(process.execPath, [script, "--size", size, "--out", folder]);
}

/** The MIDI files below a folder. */
export function midiFiles(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.midi?$/i.test(name))
    .map((name) => join(folder, name));
}

/** One line about the machine. */
export function machine() {
  const { model = "?" } = cpus()[0] ?? {};
  return `node ${process.version}, ${cpus().length} × ${model}, load ${loadavg()[0].toFixed(2)}`;
}

/** CPU time of this process so far, all threads, in milliseconds. */
export function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Upper median. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}
