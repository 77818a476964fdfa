/** Creates the parts of the page and connects them. */
import { showBand } from "./band-view.ts";
import { BranchTabs } from "./branch-tabs.ts";
import { Settings } from "./controls/settings.ts";
import { debounced } from "./debounced.ts";
import { byId } from "./elements.ts";
import { takeInput } from "./input/input-view.ts";
import { LinkOpener } from "./input/link-opener.ts";
import { RUNTIME_FILE } from "./load-music.ts";
import { loadEarly } from "./load-early.ts";
import { ModelView } from "./model-view.ts";
import { MODEL_FILES, registerServiceWorker, sampleFiles, storeForLater } from "./offline.ts";
import { OWN_MODELS } from "./music-model.ts";
import { OneHot } from "./one-hot/one-hot.ts";
import { takeOutput } from "./output/output-view.ts";
import { listenToPanels } from "./panels.ts";
import { RollView } from "./roll/roll-view.ts";
import { createSession } from "./session.ts";
import { listenToShortcuts } from "./shortcuts.ts";
import { RecordedPiano } from "./sound/recorded-piano.ts";
import { Status } from "./status.ts";
import { listenToTabs, openTextTab } from "./tabs.ts";
import { TakeStore } from "./takes/take-store.ts";
import { Takes } from "./takes/takes.ts";
import { TakesView } from "./takes/takes-view.ts";
import { TaskRunner } from "./task-runner.ts";
import { offerText } from "./text-offer.ts";
import { TransportView } from "./transport-view.ts";
import { VariationsView } from "./variations/variations-view.ts";
import { Why } from "./why/why.ts";
import { WriteInView } from "./write-in-view.ts";

/** A slider fires many events a second; only the last value is applied. */
const SETTLING_MILLISECONDS = 150;

const settings = new Settings(byId("settings", HTMLFormElement), byId("more-settings", HTMLFormElement));
const session = createSession(() => settings.read());
const { playback, sounds } = session;
const status = new Status(session);
const tasks = new TaskRunner(settings, status);
const why = new Why(session);
const roll = new RollView(session, why, byId("roll", HTMLCanvasElement));
const transport = new TransportView(session, settings, roll, tasks);
const tabs = new BranchTabs(session);
const writeIn = new WriteInView(session, settings, roll, status);
const variations = new VariationsView(session, settings, status);
const models = new ModelView(session);
const links = new LinkOpener(session, settings, status);
const takes = new Takes(new TakeStore(), session, settings, () => {
  const { name, isPublic } = session.models.source;
  return isPublic ? name : undefined;
});
const takesView = new TakesView(takes, session, roll, status);
const oneHot = new OneHot(byId("one-hot-columns", HTMLCanvasElement), byId("one-hot-ids", HTMLElement));
const oneHotPanel = byId("one-hot", HTMLDetailsElement);
const recordedPiano = new RecordedPiano(
  async () => (await import("./sound/sample-set.ts")).loadSamples(new URL("samples/", document.baseURI)),
  async () => {
    document.documentElement.dataset["piano"] = "recorded";
    await storeForLater(sampleFiles());
  },
);
let isModelStored = false;
showBand(session, settings, roll);
takeOutput(session, settings, status);
takeInput(session, roll, status);

why.branched.listen(() => roll.follow());
roll.drawn.listen(() => tabs.update());
roll.drawn.listen(() => writeIn.update());
roll.drawn.listen(() => variations.draw());
roll.drawn.listen(() => why.update());
roll.drawn.listen(() => {
  if (oneHotPanel.open) oneHot.draw(playback.piece, playback.seconds);
});
settings.generationChanged.listen(debounced(() => playback.applySettings(), SETTLING_MILLISECONDS));
settings.generationChanged.listen(() => takes.settingsChanged());
settings.playbackChanged.listen(() => sounds.adjust(settings.readPlayback()));
sounds.adjust(settings.readPlayback());
playback.stateChanged.listen((state) => {
  if (state === "playing") void recordedPiano.use(sounds.sound);
});

registerServiceWorker();
for (const change of [session.models.ready, tasks.changed, playback.stateChanged]) change.listen(storeModel);
listenToPanels();
listenToTabs(() => playback.stop());
listenToShortcuts({
  session,
  settings,
  status,
  tasks,
  closable: [status, models, takesView, why, variations, writeIn, session.selection],
  focusAfterPause: transport,
});
void links.open().then(async () => {
  await offerText(session.models, openTextTab);
  if (byId("text-offer", HTMLElement).hidden) loadEarly(session);
});

/** Stores the included model for later visits, once it is loaded and nobody waits for music. */
function storeModel(): void {
  const { model, source } = session.models;
  if (isModelStored || !model || source.name !== OWN_MODELS[0]) return;
  if (tasks.isRunning || playback.state === "waiting") return;
  isModelStored = true;
  void storeForLater([RUNTIME_FILE, ...MODEL_FILES]).catch(() => undefined);
}
