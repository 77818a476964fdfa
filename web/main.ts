/** The page: what a visitor presses, and what is shown of it. */
import { scoreFromNotes, writeMidi } from "../src/index.ts";
import type { WorkerMusicModel } from "../src/browser/index.ts";
import { byId } from "./elements.ts";
import { loadPiano } from "./load-piano.ts";
import { Player, type PlayerState } from "./music/player.ts";
import { Roll } from "./roll/roll.ts";
import { saveFile } from "./save-file.ts";
import { Settings } from "./controls/settings.ts";
import { clock, megabytes, problemOf } from "./words.ts";

const begin = byId("begin", HTMLButtonElement);
const play = byId("play", HTMLButtonElement);
const stop = byId("stop", HTMLButtonElement);
const save = byId("save", HTMLButtonElement);
const state = byId("state", HTMLElement);
const figures = byId("figures", HTMLElement);
const canvas = byId("roll", HTMLCanvasElement);
const loading = byId("loading", HTMLProgressElement);
const invitation = byId("invitation", HTMLElement);
const problem = byId("problem", HTMLElement);

const settings = new Settings(byId("settings", HTMLFormElement), () => {
  if (player?.state !== undefined && player.state !== "idle") say("Settings count from the next piece on");
});
const roll = new Roll(canvas, () => drawRoll());

let player: Player | undefined;
let model: Promise<WorkerMusicModel> | undefined;
let facts: WorkerMusicModel["facts"] | undefined;
let pieces = 0;
let isBusy = false;

begin.addEventListener("click", () => void startPiece());
play.addEventListener("click", () => void startPiece());
stop.addEventListener("click", () => stopPiece());
save.addEventListener("click", savePiece);
byId("problem-close", HTMLButtonElement).addEventListener("click", () => {
  problem.hidden = true;
});
byId("settings", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  void startPiece();
});
document.addEventListener("keydown", (event) => {
  const isOnControl = event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement;
  if (event.key === "Escape") stopPiece();
  else if (event.key === " " && !isOnControl) {
    event.preventDefault();
    if (player && player.state !== "idle") stopPiece();
    else void startPiece();
  }
});
// Sound and engine are of use only after a press; fetching the code now makes the first one quicker.
const soundModule = import("./sound/sound.ts");

/** Loads what is missing, then plays a piece until it is stopped. */
async function startPiece(): Promise<void> {
  if (isBusy) return;
  problem.hidden = true;
  if (pieces > 0) settings.nextSeed();
  const options = settings.read();
  if (!options) return;
  isBusy = true;
  try {
    begin.disabled = true;
    // Both begin in the press itself: browsers allow sound only there.
    const [loaded, readyPlayer] = await Promise.all([loadModel(), createPlayer()]);
    pieces += 1;
    isBusy = false;
    await readyPlayer.play(loaded, options);
  } catch (error) {
    showProblem(error);
  } finally {
    isBusy = false;
    begin.disabled = false;
  }
}

function stopPiece(): void {
  if (!player || player.state === "idle") return;
  player.stop();
  play.focus();
}

function savePiece(): void {
  const notes = player?.notes?.finished();
  if (!notes) return;
  saveFile(writeMidi(scoreFromNotes(notes)), `ostinato-${pieces}.mid`, "audio/midi");
}

/** The model, loaded once; a failure is forgotten, so that the next press tries again. */
function loadModel(): Promise<WorkerMusicModel> {
  model ??= download().catch((error: unknown) => {
    model = undefined;
    throw error;
  });
  return model;
}

async function download(): Promise<WorkerMusicModel> {
  loading.hidden = false;
  say("Loading the model");
  try {
    const loaded = await loadPiano(({ file, loadedBytes, totalBytes }) => {
      if (file !== "model.safetensors") return;
      if (totalBytes === undefined) loading.removeAttribute("value");
      else Object.assign(loading, { max: totalBytes, value: loadedBytes });
      byId("invitation", HTMLElement).textContent =
        `Loading the model: ${megabytes(loadedBytes, totalBytes)}`;
    });
    facts = loaded.facts;
    return loaded;
  } finally {
    loading.hidden = true;
  }
}

async function createPlayer(): Promise<Player> {
  const { createSound } = await soundModule;
  player ??= new Player(await createSound(), showState);
  return player;
}

function showState(now: PlayerState): void {
  byId("welcome", HTMLElement).hidden = true;
  play.hidden = now !== "idle";
  stop.hidden = now === "idle";
  byId("transport", HTMLElement).hidden = false;
  if (now === "waiting") stop.focus();
  say({ waiting: "Writing ahead", playing: "Playing", idle: "Stopped" }[now]);
  askForFrame();
  showFigures();
}

function showProblem(error: unknown): void {
  const { message, hint } = problemOf(error);
  byId("problem-message", HTMLElement).textContent = message;
  byId("problem-hint", HTMLElement).textContent = hint;
  problem.hidden = false;
  say("");
  invitation.textContent = "";
}

function say(text: string): void {
  state.textContent = text;
}

/** The frame that has been asked for; 0: none. */
let frame = 0;
let drawn = 0;
let figuresShown = 0;

/** One frame after the other while a piece is going on. */
function askForFrame(): void {
  if (frame === 0 && player && player.state !== "idle") frame = requestAnimationFrame(drawFrame);
}

function drawFrame(milliseconds: number): void {
  frame = 0;
  const isWaiting = player?.state === "waiting";
  // While time stands still the engine needs the processor more than the picture does.
  if (!isWaiting || milliseconds - drawn > 250) {
    drawn = milliseconds;
    drawRoll();
  }
  if (milliseconds - figuresShown > 500) {
    figuresShown = milliseconds;
    showFigures();
  }
  askForFrame();
}

function drawRoll(): void {
  roll.draw(player?.notes, player?.seconds ?? 0);
}

function showFigures(): void {
  const notes = player?.notes;
  if (!player || !notes || !facts) return;
  const speed = player.idsPerSecond;
  const parts = [`wasm ×${facts.threads}`];
  if (speed !== undefined) parts.push(`${Math.round(speed)} ids/s`);
  if (player.state !== "idle") parts.push(`${Math.max(0, player.aheadSeconds).toFixed(0)} s ahead`);
  figures.textContent = parts.join(" · ");
  canvas.setAttribute(
    "aria-label",
    `Piano roll: ${notes.notes.length} notes, at ${clock(player.seconds)} of ${clock(notes.seconds)}`,
  );
}
