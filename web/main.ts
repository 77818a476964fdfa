/** Creates the parts of the page and connects them. */
import { CheckpointError } from "../models/errors.ts";
import { App, type AppListener } from "./app.ts";
import { BranchTabs } from "./branch-tabs.ts";
import { Settings } from "./controls/settings.ts";
import { byId } from "./elements.ts";
import { takeInput } from "./input/input-view.ts";
import type { PlayerState } from "./music/player.ts";
import { registerServiceWorker, storeForLater } from "./offline.ts";
import { OneHot } from "./one-hot/one-hot.ts";
import { OutputView } from "./output/output-view.ts";
import { ModelView } from "./model-view.ts";
import { RollView } from "./roll/roll-view.ts";
import { Status } from "./status.ts";
import { listenToTabs } from "./tabs.ts";
import { VariationsView } from "./variations/variations-view.ts";
import { Why } from "./why/why.ts";
import { WriteInView } from "./write-in-view.ts";

const begin = byId("begin", HTMLButtonElement);
const play = byId("play", HTMLButtonElement);
const loop = byId("loop", HTMLButtonElement);

const settings = new Settings(
  byId("settings", HTMLFormElement),
  byId("more-settings", HTMLFormElement),
  () => writingChanged(),
  () => playingChanged(),
);
const listener: AppListener = {
  // Called on every event; the view is updated once per frame.
  changed: () => roll.refresh(),
  state: (state) => showState(state),
  shown: () => {
    showControls();
    applyLoop();
    // Enables the controls that the model supports. Loading errors are shown on first use.
    void app
      .loadModel()
      .then(() => writeIn.update())
      .catch(() => undefined);
  },
  progress: (progress) => status.showProgress(progress),
  loaded: () => status.showLoaded(),
  problem: (error) => status.showProblem(error),
};
const app = new App(() => settings.read(), listener);
const status = new Status(app);
const roll = new RollView(app, byId("roll", HTMLCanvasElement));
const tabs = new BranchTabs(app);
const why = new Why(app, () => roll.refresh());
takeInput(app, roll, status);
const variations = new VariationsView(app, settings, status);
const writeIn = new WriteInView(app, settings, roll, status);
const models = new ModelView(app, () => writeIn.update());
const output = new OutputView(app, settings, models, status);
roll.why = why;
const oneHot = new OneHot(byId("one-hot-columns", HTMLCanvasElement), byId("one-hot-ids", HTMLElement));
const follow = byId("follow", HTMLButtonElement);
const select = byId("select", HTMLButtonElement);
roll.onFrame = () => {
  tabs.update();
  writeIn.update();
  variations.draw();
  if (why.note && !app.piece?.has(why.note)) why.choose(undefined);
  if (byId("one-hot", HTMLDetailsElement).open) oneHot.draw(app.piece, app.seconds);
  follow.hidden = roll.isFollowing || app.piece === undefined;
};
roll.onSelect = () => {
  select.setAttribute("aria-pressed", String(roll.isSelecting));
  writeIn.update();
  applyLoop();
};

playingChanged();
registerServiceWorker();
listenToTabs(() => {
  if (app.state !== "idle") void app.togglePlay();
});
void output.openAddress().then(openTextWithoutModel);
window.addEventListener("hashchange", () => void output.openAddress());

let isBusy = false;

begin.addEventListener("click", () => void attempt(() => app.start()));
play.addEventListener("click", () => void attempt(() => app.togglePlay()));
byId("new", HTMLButtonElement).addEventListener("click", () => void attempt(newPiece));
byId("again", HTMLButtonElement).addEventListener("click", () => {
  app.seek(0);
  roll.follow();
});
loop.addEventListener("click", () => setLoop(loop.getAttribute("aria-pressed") !== "true"));
follow.addEventListener("click", () => roll.follow());
select.addEventListener("click", () => {
  roll.isSelecting = !roll.isSelecting;
  select.setAttribute("aria-pressed", String(roll.isSelecting));
});
// An element that hides when pressed passes the focus to the piano roll.
for (const id of ["follow", "why-close", "variations-close", "selected-close", "problem-close"]) {
  byId(id, HTMLButtonElement).addEventListener("click", () => byId("roll", HTMLCanvasElement).focus());
}
const sheet = byId("sheet", HTMLButtonElement);
sheet.addEventListener("click", () => {
  sheet.setAttribute("aria-expanded", String(sheet.getAttribute("aria-expanded") !== "true"));
});
for (const id of ["note-input", "more"]) {
  const details = byId(id, HTMLDetailsElement);
  details.addEventListener("toggle", () => {
    if (details.open) details.scrollIntoView({ block: "nearest" });
  });
}
for (const id of ["settings", "more-settings"]) {
  byId(id, HTMLFormElement).addEventListener("submit", (event) => event.preventDefault());
}
document.addEventListener("keydown", (event) => {
  const isOnControl =
    event.target instanceof HTMLElement && event.target.closest("input, button, select, summary, a");
  if (byId("music", HTMLElement).hidden) return;
  if (event.key === "Escape") escape();
  else if (event.key === " " && !isOnControl) {
    event.preventDefault();
    void attempt(() => app.togglePlay());
  }
});

function escape(): void {
  if (models.close()) return;
  if (why.note) why.choose(undefined);
  else if (app.state !== "idle") {
    void app.togglePlay();
    play.focus();
  }
}

/** Runs a task that may fail, one at a time. */
async function attempt(action: () => Promise<void>): Promise<void> {
  if (isBusy) return;
  status.clearProblem();
  if (!settings.read((bad) => bad.focus())) return;
  isBusy = true;
  begin.disabled = true;
  try {
    await action();
  } catch (error) {
    status.showProblem(error);
    if (error instanceof CheckpointError && !app.model) openText();
  } finally {
    isBusy = false;
    begin.disabled = false;
  }
}

/** Opens the Text tab if the music model is not available, unless the URL contains a piece. */
async function openTextWithoutModel(): Promise<void> {
  try {
    await app.checkModel();
  } catch (error) {
    if (app.piece) return;
    status.showProblem(error);
    openText();
  }
}

/** Without a music model the text tab still works. The error stays visible on the piano tab. */
function openText(): void {
  byId("tab-text", HTMLButtonElement).click();
  status.say("The piano model cannot be loaded; the text model is available");
}

async function newPiece(): Promise<void> {
  settings.seed.next();
  // A new piece is empty, so nothing can be looped.
  setLoop(false);
  roll.select(undefined);
  roll.follow();
  await app.start();
}

let settling: ReturnType<typeof setTimeout> | undefined;

/** A slider fires many events a second; only the last value is applied. */
function writingChanged(): void {
  clearTimeout(settling);
  settling = setTimeout(() => app.settingsChanged(), 150);
}

function playingChanged(): void {
  const { volume, tempo } = settings;
  if (volume.check()) app.adjustPlayback({ volume: volume.value ?? 1 });
  if (tempo.check()) app.adjustPlayback({ speed: tempo.value ?? 1 });
}

/** Loops the selection, or the whole piece. */
function applyLoop(): void {
  const isOn = loop.getAttribute("aria-pressed") === "true";
  const { seconds = 0 } = app.piece ?? {};
  const all = seconds > 0 ? { fromSeconds: 0, toSeconds: seconds } : undefined;
  app.adjustPlayback({ loop: isOn ? (roll.selection ?? all) : undefined });
}

function setLoop(isOn: boolean): void {
  loop.setAttribute("aria-pressed", String(isOn));
  applyLoop();
}

/** Enables the controls that need a piece. */
function showControls(): void {
  byId("welcome", HTMLElement).hidden = true;
  byId("transport", HTMLElement).hidden = false;
  byId("out", HTMLElement).hidden = false;
  byId("one-hot", HTMLElement).hidden = false;
  roll.refresh();
}

function showState(state: PlayerState): void {
  showControls();
  play.textContent = state === "idle" ? "Play" : "Pause";
  if (state === "waiting" && document.activeElement === document.body) play.focus();
  status.showState(state);
  writeIn.update();
  roll.refresh();
  if (state === "playing") void betterSound();
}

let isBetterSound = false;

/** Loads the recorded samples once music plays and the network is idle. */
async function betterSound(): Promise<void> {
  if (isBetterSound || !app.sound) return;
  isBetterSound = true;
  try {
    const { loadSamples } = await import("./sound/sample-set.ts");
    app.sound.samples = await loadSamples(new URL("samples/", document.baseURI));
    document.documentElement.dataset["piano"] = "recorded";
    await storeForLater();
  } catch {
    // The synthetic piano stays in use; the next piece tries again.
    isBetterSound = false;
  }
}
