/** All settings: sampling, length, and playback. */
import type { SamplingOptions } from "../../src/index.ts";
import { Signal } from "../signal.ts";
import type { PlaybackSettings } from "../sound/sound-holder.ts";
import { NumberSetting } from "./number-setting.ts";
import { SeedSetting } from "./seed-setting.ts";
import { FIRST_KEYS, LENGTH, MORE_KEYS, samplingSpec, TEMPO, VOLUME } from "./specs.ts";

export interface SettingValues {
  readonly options: SamplingOptions;
  /** Length of the piece; Infinity: endless. */
  readonly seconds: number;
}

/** Options without an effect on models of several instruments. */
const ONLY_PIANO: ReadonlySet<string> = new Set<keyof SamplingOptions>(["repetitionPenalty"]);

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

  /** @param first container of the seed and the frequent settings; `more` of the others. */
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
    first.append(this.seed.element, ...(often ?? []).map((setting) => setting.element), this.length.element);
    more.append(...(seldom ?? []).map((setting) => setting.element), this.tempo.element, this.volume.element);
  }

  /** The valid settings; undefined if one is invalid, which `onBad` receives. */
  read(onBad: (setting: { focus(): void }) => void = () => undefined): SettingValues | undefined {
    const bad = [this.seed, ...this.#sampling, this.length].find((setting) => !setting.check());
    if (bad) {
      onBad(bad);
      return undefined;
    }
    const entries = this.#sampling.flatMap(({ spec, value }) =>
      value === undefined ? [] : [[spec.key, value]],
    );
    const options: SamplingOptions = { ...Object.fromEntries(entries), seed: this.seed.value };
    return { options, seconds: this.length.value ?? Infinity };
  }

  /** Hides the settings that a kind of model does not have. */
  showFor(kind: "piano" | "band"): void {
    for (const { spec, element } of this.#sampling)
      element.hidden = kind === "band" && ONLY_PIANO.has(spec.key);
  }

  /** The valid settings of the playback. */
  readPlayback(): Partial<PlaybackSettings> {
    return {
      ...(this.volume.check() && { volume: this.volume.value }),
      ...(this.tempo.check() && { speed: this.tempo.value }),
    };
  }

  /** @returns a function that restores the present settings. */
  keep(): () => void {
    const kept = [...this.#sampling, this.length].map((setting) => ({ setting, value: setting.value }));
    const restoreSeed = this.seed.keep();
    return () => {
      for (const { setting, value } of kept) setting.value = value;
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
    if (options.seed !== undefined) this.seed.value = options.seed;
    this.length.value = Number.isFinite(seconds) ? seconds : undefined;
  }
}
