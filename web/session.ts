/** What the musician works with, without the views: the model, the sound, and the music with what can be done to it. */
import type { SettingValues } from "./controls/settings.ts";
import { Recorder } from "./input/recorder.ts";
import { loadMusic, type PageModel } from "./load-music.ts";
import { ModelHolder } from "./model-holder.ts";
import { Branching } from "./music/branching.ts";
import { Loop } from "./music/loop.ts";
import { PieceOpener } from "./music/piece-opener.ts";
import { Playback } from "./music/playback.ts";
import { PrimerTrim } from "./music/primer-trim.ts";
import { namedSource, OWN_MODELS } from "./music-model.ts";
import { Selection } from "./roll/selection.ts";
import { prepareSound, SoundHolder } from "./sound/sound-holder.ts";
import { Explainer } from "./why/explainer.ts";

/** Each part has one duty. A view names the parts that it uses. */
export interface Session {
  readonly models: ModelHolder<PageModel>;
  readonly sounds: SoundHolder;
  readonly playback: Playback;
  readonly opener: PieceOpener;
  readonly branching: Branching;
  readonly trim: PrimerTrim;
  readonly recorder: Recorder;
  readonly selection: Selection;
  readonly loop: Loop;
  readonly explainer: Explainer;
}

/** @param settings returns the current settings; undefined when a value is invalid. */
export function createSession(settings: () => SettingValues | undefined): Session {
  const models = new ModelHolder(namedSource(OWN_MODELS[0]), loadMusic);
  const sounds = new SoundHolder(prepareSound());
  const playback = new Playback(models, sounds, settings);
  const opener = new PieceOpener(playback);
  const selection = new Selection();
  const loop = new Loop(playback, selection, (span) => sounds.adjust({ loop: span }));
  models.chosen.listen(() => {
    playback.applySettings();
    playback.changed.emit();
  });
  // The piece may be of the other kind than the model.
  models.ready.listen(() => playback.applySettings());
  opener.shown.listen(() => loop.update());
  return {
    models,
    sounds,
    playback,
    opener,
    branching: new Branching(playback),
    trim: new PrimerTrim(playback),
    recorder: new Recorder(playback, opener),
    selection,
    loop,
    // Seed and time determine where notes end.
    explainer: new Explainer(models, () => playback.settings),
  };
}
