/** Playback of the current branch, with the music that the model generates ahead. */
import type { SettingValues } from "../controls/settings.ts";
import { Signal } from "../signal.ts";
import type { Sound } from "../sound/sound.ts";
import { type Branch, Branches } from "./branches.ts";
import { History } from "./history.ts";
import { emptyMusic, type Music, suited } from "./music.ts";
import { type Order, Player, type PlayerState } from "./player.ts";

/** A model that is loaded on first use. */
export interface LazyModel {
  readonly model: Order["model"] | undefined;
  load(): Promise<unknown>;
}

/** A sound that is created on first use. */
export interface LazySound {
  load(): Promise<Sound & { wake(): Promise<void> }>;
}

export class Playback {
  readonly branches = new Branches();
  readonly history = new History();
  /** Something visible has changed. Emitted often. */
  readonly changed = new Signal();
  readonly stateChanged = new Signal<PlayerState>();
  /** The model has failed, and playback has stopped. */
  readonly failed = new Signal<unknown>();
  readonly #models: LazyModel;
  readonly #sounds: LazySound;
  readonly #settings: () => SettingValues | undefined;
  #player: Player | undefined;

  /** @param settings returns the current settings; undefined when a value is invalid. */
  constructor(models: LazyModel, sounds: LazySound, settings: () => SettingValues | undefined) {
    this.#models = models;
    this.#sounds = sounds;
    this.#settings = settings;
    this.history.add(() => this.#keepBranches());
  }

  /** Undefined until model and sound are loaded. */
  get player(): Player | undefined {
    return this.#player;
  }

  get piece(): Music | undefined {
    return this.branches.current?.piece;
  }

  get state(): PlayerState {
    return this.#player?.state ?? "idle";
  }

  /** The current position, in seconds of the piece. */
  get seconds(): number {
    return this.#player?.seconds ?? this.branches.current?.seconds ?? 0;
  }

  /** Loads model and sound. Call it in a click or key handler: browsers allow sound only there. */
  async ready(): Promise<Player> {
    const [sound] = await Promise.all([this.#sounds.load(), this.#models.load()]);
    await sound.wake();
    if (!this.#player) {
      this.#player = this.#createPlayer(sound);
      if (this.branches.current) this.open(this.branches.current);
    }
    return this.#player;
  }

  /** Continues the current piece; without one, starts a piece. Call it in a click or key handler. */
  async play(): Promise<void> {
    const player = await this.ready();
    if (!this.piece) this.open(this.branches.start(emptyMusic(this.#models.model)));
    this.applySettings();
    player.play();
  }

  /** Starts a new piece and plays it. Call it in a click or key handler. */
  async playNew(): Promise<void> {
    const player = await this.ready();
    player.stop();
    this.open(this.branches.start(emptyMusic(this.#models.model)));
    this.applySettings();
    player.play();
  }

  stop(): void {
    this.#player?.stop();
  }

  /** Composes some seconds behind the current position, unless music plays. Call it in a click or key handler. */
  async prepare(): Promise<void> {
    try {
      const player = await this.ready();
      this.applySettings();
      player.prepare();
    } catch (error) {
      this.failed.emit(error);
    }
  }

  async toggle(): Promise<void> {
    if (this.state === "idle") await this.play();
    else this.stop();
  }

  seek(seconds: number): void {
    const { current } = this.branches;
    if (this.#player) this.#player.seek(seconds);
    else if (current) current.seconds = Math.min(Math.max(0, seconds), current.piece.seconds);
    this.changed.emit();
  }

  /** Moves to a branch, which is the current one. Playback continues if it was running. */
  open(branch: Branch, seconds = branch.seconds, heardSeconds = branch.heardSeconds): void {
    this.branches.swap(branch, suited(branch.piece, this.#models.model));
    this.#player?.open(branch.piece, seconds, heardSeconds, this.#order());
    this.changed.emit();
  }

  /** Stores the position in the current branch. */
  savePosition(): void {
    const { current } = this.branches;
    if (!current || !this.#player) return;
    current.seconds = this.seconds;
    current.heardSeconds = this.#player.heardSeconds;
  }

  /** Applies changed settings, or another model: music that has not been heard is generated again. */
  applySettings(): void {
    this.#suit();
    const order = this.#order();
    if (order) this.#player?.order(order);
  }

  /** Opens the current branch as music that the model reads, if it is of the other kind. */
  #suit(): void {
    const { current } = this.branches;
    if (!current || suited(current.piece, this.#models.model) === current.piece) return;
    this.savePosition();
    this.open(current);
  }

  /** Whether the piece is shorter than the current settings require. */
  hasTimeLeft(): boolean {
    this.applySettings();
    return this.#player?.isUnfinished ?? true;
  }

  /** @returns a function that shows the present branches again, at the same time of the same piece. */
  #keepBranches(): () => void {
    this.savePosition();
    const restore = this.branches.keep();
    return () => {
      this.savePosition();
      const { list: before } = this.branches;
      const { seconds } = this;
      restore();
      const { current } = this.branches;
      if (!current) return;
      const isSamePiece = this.branches.list.some((branch) => before.includes(branch));
      this.open(current, isSamePiece ? Math.min(seconds, current.piece.seconds) : current.seconds);
    };
  }

  /** The settings, with the seed of the branch if it has one; undefined if one is invalid. */
  get settings(): SettingValues | undefined {
    const settings = this.#settings();
    const { seed } = this.branches.current ?? {};
    if (!settings || seed === undefined) return settings;
    return { ...settings, options: { ...settings.options, seed } };
  }

  #order(): Order | undefined {
    const { settings } = this;
    const { model } = this.#models;
    return settings && model && { model, ...settings };
  }

  #createPlayer(sound: Sound): Player {
    const player = new Player(sound, (state) => this.stateChanged.emit(state));
    player.onError = (error) => this.failed.emit(error);
    player.onChange = () => this.changed.emit();
    return player;
  }
}
