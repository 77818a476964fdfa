/** All settings: sampling, length, and playback. */
import type { SamplingOptions } from "../../src/index.ts";
import { Signal } from "../signal.ts";
import type { PlaybackSettings } from "../sound/sound-holder.ts";
import type { PageOptions } from "./page-options.ts";
import type { Task } from "../../encoding/index.ts";
import { ChoiceSetting, SwitchSetting } from "./choice-setting.ts";
import { NumberSetting } from "./number-setting.ts";
import { SeedSetting } from "./seed-setting.ts";
import { CHOICES, ENDING, FIRST_KEYS, LENGTH, MORE_KEYS, samplingSpec, TEMPO, VOLUME } from "./specs.ts";

export interface SettingValues {
  readonly options: PageOptions;
  /** Length of the piece; Infinity: endless. */
  readonly seconds: number;
}

/** Options that models of several instruments do not have, or without an effect on them. */
const ONLY_PIANO: ReadonlySet<string> = new Set<keyof SamplingOptions>([
  "repetitionPenalty",
  "rhythmTemperature",
  "themes",
]);

export class Settings {
  /** A setting of the generation has changed. */
  readonly generationChanged = new Signal();
  /** A setting of the playback has changed. */
  readonly playbackChanged = new Signal();
  readonly seed: SeedSetting;
  readonly length: NumberSetting;
  readonly tempo: NumberSetting;
  readonly volume: NumberSetting;
  readonly #sampling: readonly NumberSetting[];
  /** Style, density, dynamics. */
  readonly #choices: readonly ChoiceSetting<string>[];
  readonly #ending: SwitchSetting;
  /** What the model was trained for. */
  #tasks: ReadonlySet<string> = new Set<Task>(["style", "ending"]);

  /** @param first container of the musical settings; `more` of the seed and the others. */
  constructor(first: HTMLElement, more: HTMLElement) {
    const onGeneration = (): void => this.generationChanged.emit();
    const onPlayback = (): void => this.playbackChanged.emit();
    this.seed = new SeedSetting(onGeneration);
    this.length = new NumberSetting(LENGTH, onGeneration);
    this.tempo = new NumberSetting(TEMPO, onPlayback);
    this.volume = new NumberSetting(VOLUME, onPlayback);
    const [often, seldom] = [FIRST_KEYS, MORE_KEYS].map((keys) =>
      keys.map((key) => new NumberSetting(samplingSpec(key), onGeneration)),
    );
    this.#sampling = [...(often ?? []), ...(seldom ?? [])];
    this.#choices = CHOICES.map((spec) => new ChoiceSetting(spec, onGeneration));
    this.#ending = new SwitchSetting(ENDING, onGeneration);
    const elementsOf = (settings: readonly { element: HTMLElement }[] = []): HTMLElement[] =>
      settings.map((setting) => setting.element);
    first.append(
      ...elementsOf(this.#choices),
      ...elementsOf(often),
      ...elementsOf([this.tempo, this.length, this.#ending, this.volume]),
    );
    more.append(this.seed.element, ...elementsOf(seldom));
  }

  /** The valid settings; undefined if one is invalid, which `onBad` receives. */
  read(onBad: (setting: { focus(): void }) => void = () => undefined): SettingValues | undefined {
    const bad = [this.seed, ...this.#sampling, this.length].find((setting) => !setting.check());
    if (bad) {
      onBad(bad);
      return undefined;
    }
    const entries = this.#sampling.flatMap(({ spec, value, element }) =>
      value === undefined || element.hidden ? [] : [[spec.key, value]],
    );
    const choices = this.#choices.flatMap(({ key, value, element }) =>
      value === undefined || element.hidden ? [] : [[key, value]],
    );
    const seconds = this.length.value ?? Infinity;
    const options: PageOptions = {
      ...Object.fromEntries(entries),
      seed: this.seed.value,
      ...Object.fromEntries(choices),
      ...(this.#tasks.has("ending") && this.#ending.value && Number.isFinite(seconds) && { ending: true }),
    };
    return { options, seconds };
  }

  /**
   * Hides the settings that a model does not have.
   *
   * @param tasks what it was trained for.
   */
  showFor(kind: "piano" | "band", tasks: readonly string[]): void {
    const isBand = kind === "band";
    this.#tasks = new Set(isBand ? [] : tasks);
    for (const { key, element } of this.#choices)
      element.hidden = key === "dynamics" ? isBand : !this.#tasks.has("style");
    this.#ending.element.hidden = !this.#tasks.has("ending");
    for (const { spec, element } of this.#sampling) element.hidden = isBand && ONLY_PIANO.has(spec.key);
  }

  /** The valid settings of the playback. */
  readPlayback(): Partial<PlaybackSettings> {
    return {
      ...(this.volume.check() && { volume: this.volume.value }),
      ...(this.tempo.check() && { speed: (this.tempo.value ?? 100) / 100 }),
    };
  }

  /** @returns a function that restores the present settings. */
  keep(): () => void {
    const kept = [...this.#sampling, this.length].map((setting) => ({ setting, value: setting.value }));
    const restoreSeed = this.seed.keep();
    const chosen = this.#choices.map(({ value }) => value);
    const { value: ending } = this.#ending;
    return () => {
      for (const { setting, value } of kept) setting.value = value;
      for (const [index, choice] of this.#choices.entries()) choice.value = chosen[index];
      this.#ending.value = ending;
      restoreSeed();
      this.generationChanged.emit();
    };
  }

  /** Applies the settings of a link; settings that are not in it return to their defaults. */
  write({ options, seconds }: SettingValues): void {
    for (const setting of this.#sampling) {
      const entry = Object.entries(options).find(([key]) => key === setting.spec.key);
      setting.value = entry ? Number(entry[1]) : setting.spec.fallback;
    }
    for (const choice of this.#choices) choice.value = options[choice.key];
    this.#ending.value = options.ending ?? false;
    if (options.seed !== undefined) this.seed.value = options.seed;
    this.length.value = Number.isFinite(seconds) ? seconds : undefined;
  }
}
