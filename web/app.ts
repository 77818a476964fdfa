/** The state of the page and its operations, without the views: model, branches of the piece, player, sound. */
import { PERFORMANCE_416 } from "../encoding/index.ts";
import type { DownloadProgress, WorkerMusicModel } from "../src/platform/browser/index.ts";
import type { Explanation } from "../src/index.ts";
import type { SettingValues } from "./controls/settings.ts";
import { type Branch, Branches } from "./music/branches.ts";
import { type MusicSource, MusicModelHolder } from "./music-model.ts";
import { Piece } from "./music/piece.ts";
import { type Order, Player, type PlayerState } from "./music/player.ts";
import type { PianoSound } from "./sound/piano-sound.ts";
import { type PlaybackSettings, prepareSound, SoundHolder } from "./sound/sound-holder.ts";
import { branchWords } from "./why/event-words.ts";

export interface AppListener {
  /** Something visible has changed. Called often. */
  changed(): void;
  state(state: PlayerState): void;
  /** A piece has been opened without playing it. */
  shown(): void;
  progress(progress: DownloadProgress): void;
  /** A model has been loaded, or its loading has failed. */
  loaded(): void;
  problem(error: unknown): void;
}

export class App {
  readonly branches = new Branches();
  readonly #listener: AppListener;
  readonly #settings: () => SettingValues | undefined;
  readonly #holder: MusicModelHolder;
  #player: Player | undefined;
  readonly #sounds = new SoundHolder(prepareSound());

  /** @param settings returns the current settings; undefined when a value is invalid. */
  constructor(settings: () => SettingValues | undefined, listener: AppListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#holder = new MusicModelHolder(
      (progress) => listener.progress(progress),
      () => listener.loaded(),
    );
  }

  get model(): WorkerMusicModel | undefined {
    return this.#holder.model;
  }

  /** The source of the model. */
  get modelSource(): MusicSource {
    return this.#holder.source;
  }

  get player(): Player | undefined {
    return this.#player;
  }

  get sound(): PianoSound | undefined {
    return this.#sounds.sound;
  }

  get piece(): Piece | undefined {
    return this.branches.current?.piece;
  }

  get state(): PlayerState {
    return this.#player?.state ?? "idle";
  }

  /** The current playback position, in seconds of the piece. */
  get seconds(): number {
    return this.#player?.seconds ?? this.branches.current?.seconds ?? 0;
  }

  /** Loads model and sound. Call it in a click or key handler: browsers allow sound only there. */
  async ready(): Promise<{ model: WorkerMusicModel; player: Player; sound: PianoSound }> {
    const [model, sound] = await Promise.all([this.loadModel(), this.startSound()]);
    await sound.wake();
    if (!this.#player) {
      this.#player = this.#createPlayer(sound);
      if (this.branches.current) this.#open(this.branches.current);
    }
    return { model, player: this.#player, sound };
  }

  /** Loads the model once. */
  loadModel(): Promise<WorkerMusicModel> {
    return this.#holder.load();
  }

  /** Checks that the model exists, without loading it. @throws CheckpointError if it is not available. */
  async checkModel(): Promise<void> {
    if (!this.model) await this.#holder.check();
  }

  /** Sets the model to load on first use. A loaded model is replaced. */
  async chooseModel(source: MusicSource): Promise<void> {
    if (this.model) await this.useModel(source);
    else this.#holder.choose(source);
  }

  /**
   * Continues the music with another model from the playback position. The old model stays in use if the new one cannot be
   * loaded.
   */
  async useModel(source: MusicSource): Promise<void> {
    await this.#holder.replace(source);
    this.#order();
    this.#listener.changed();
  }

  /** Creates the sound once. After a failure, the next call tries again. */
  startSound(): Promise<PianoSound> {
    return this.#sounds.load();
  }

  /** Changes settings of the playback, now and for a sound that is created later. */
  adjustPlayback(settings: Partial<PlaybackSettings>): void {
    this.#sounds.adjust(settings);
  }

  /** Starts a new piece and plays it. */
  async start(): Promise<void> {
    const { player } = await this.ready();
    player.stop();
    this.#open(this.branches.start(new Piece(PERFORMANCE_416)));
    this.#order();
    player.play();
  }

  /**
   * Shows a piece without playing it. Needs neither sound nor model.
   *
   * @param heardSeconds up to here the piece is not generated again.
   */
  show(piece: Piece, heardSeconds = 0): void {
    this.#player?.stop();
    const branch = this.branches.start(piece);
    branch.heardSeconds = heardSeconds;
    this.#open(branch);
    this.#order();
    this.#listener.shown();
  }

  async togglePlay(): Promise<void> {
    if (this.state !== "idle") this.#player?.stop();
    else if (!this.piece) await this.start();
    else await this.play();
  }

  /** Continues the current piece. */
  async play(): Promise<void> {
    const { player } = await this.ready();
    this.#order();
    player.play();
  }

  /**
   * Stops playback and removes the music that has not been heard, to append the user's input.
   *
   * @returns the piece up to the playback position, with all notes ended.
   */
  interrupt(): Piece {
    const { player } = this;
    player?.stop();
    const { current } = this.branches;
    const piece = current?.piece ?? this.branches.start(new Piece(PERFORMANCE_416)).piece;
    if (!current) this.#listener.shown();
    const length = Math.max(piece.keptLength, piece.lengthAt(player ? player.seconds : 0));
    const base = piece.cut(piece.seconds === 0 ? piece.ids.length : length);
    for (const pitch of base.openPitches()) base.push(base.vocabulary.id("NOTE_OFF", pitch));
    return base;
  }

  /** Replaces the music of the current branch during input. */
  replace(piece: Piece): void {
    const { current } = this.branches;
    if (!current) return;
    this.branches.swap(current, piece);
    this.#open(this.branches.current ?? current, piece.seconds, piece.seconds);
  }

  /** Whether the piece is shorter than the current settings require. */
  hasTimeLeft(): boolean {
    this.#order();
    return this.#player?.isUnfinished ?? true;
  }

  /** Applies changed settings: music that has not been heard is generated again. */
  settingsChanged(): void {
    this.#order();
  }

  seek(seconds: number): void {
    const { current } = this.branches;
    if (this.#player) this.#player.seek(seconds);
    else if (current) current.seconds = Math.min(Math.max(0, seconds), current.piece.seconds);
    this.#listener.changed();
  }

  /** Selects a branch. Playback continues at the same time if the branch contains it. */
  select(branch: Branch): void {
    this.#remember();
    const seconds = Math.min(this.seconds, branch.piece.seconds);
    this.branches.select(branch);
    this.#open(branch, seconds);
  }

  remove(branch: Branch): void {
    const isCurrent = branch === this.branches.current;
    this.branches.remove(branch);
    if (isCurrent && this.branches.current) this.#open(this.branches.current, this.seconds);
    this.#listener.changed();
  }

  /** Branches at an event: keeps the ids before `index`, replaces that id by `id`, and generates the rest. */
  branchAt(index: number, id: number): void {
    const { piece } = this;
    if (!piece) return;
    this.#remember();
    const at = piece.secondsAt(index - 1);
    const name = branchWords(piece, index, id);
    const branched = piece.cut(index);
    branched.push(id);
    // Playback starts before the fork.
    const branch = this.branches.grow(branched, { name, forkSeconds: at });
    branch.heardSeconds = 0;
    this.#open(branch, Math.max(0, at - RUN_UP_SECONDS), 0);
  }

  /** The music up to the playback position; the whole piece if nothing has been heard. */
  soFar(): Piece | undefined {
    const { piece, seconds } = this;
    if (!piece) return undefined;
    const isAtStart = this.state === "idle" && seconds === 0;
    const until = isAtStart ? piece.seconds : seconds + (this.state === "idle" ? 0 : SOON_SECONDS);
    return piece.cut(Math.max(1, piece.lengthAt(Math.min(until, piece.seconds))));
  }

  /** Requests a repaint for a change outside the piece. */
  seen(): void {
    this.#listener.changed();
  }

  /** Adds music derived from the current branch as a new branch and selects it. The current branch is unchanged. */
  branchTo(piece: Piece, place: Pick<Branch, "name" | "forkSeconds" | "joinSeconds" | "seed">): Branch {
    this.#remember();
    const branch = this.branches.grow(piece, place);
    // The whole music counts as heard, so that changed settings do not replace it.
    this.#open(branch, Math.max(0, place.forkSeconds - RUN_UP_SECONDS), piece.seconds);
    return branch;
  }

  /** Cuts the primer at a time, or restores a part that was cut. Generated music is removed. */
  trim(seconds: number, whole: readonly number[]): void {
    const { piece } = this;
    if (!piece) return;
    const source = new Piece(piece.vocabulary, whole);
    const length = Math.max(1, source.lengthAt(seconds));
    const { seconds: at } = this;
    this.#player?.stop();
    const branch = this.branches.start(new Piece(piece.vocabulary, whole.slice(0, length)));
    branch.seconds = Math.min(at, branch.piece.seconds);
    this.#open(branch, branch.seconds, 0);
  }

  /**
   * The explanation of an event, see `MusicModel.explain`.
   *
   * @throws RangeError when a setting is invalid; the errors of loading the model, and of the model.
   */
  async explain(index: number, layers: readonly number[]): Promise<Explanation | undefined> {
    const { piece } = this;
    if (!piece) return undefined;
    const model = await this.loadModel();
    const settings = this.#settings();
    if (!settings) throw new RangeError("a setting is out of its range");
    return model.explain(piece.ids.slice(0, index + 1), index, {
      ...settings.options,
      // Drift control applies to generated music only, not to the primer or to infilled music.
      driftControl: piece.originOf(index) === "generated",
      generatedFrom: piece.generatedFrom(index),
      candidates: 12,
      attention: { layers },
    });
  }

  /** Stores the playback position in the branch. */
  #remember(): void {
    const { current } = this.branches;
    if (!current || !this.#player) return;
    current.seconds = this.seconds;
    current.heardSeconds = this.#player.heardSeconds;
  }

  #open(branch: Branch, seconds = branch.seconds, heardSeconds = branch.heardSeconds): void {
    this.#player?.open(branch.piece, seconds, heardSeconds, this.#currentOrder());
    this.#listener.changed();
  }

  #order(): void {
    const order = this.#currentOrder();
    if (order) this.#player?.order(order);
  }

  /** The settings, with the seed of the branch if it has one. */
  #currentOrder(): Order | undefined {
    const settings = this.#settings();
    if (!settings || !this.model) return undefined;
    const { seed = settings.options.seed } = this.branches.current ?? {};
    const options = seed === undefined ? settings.options : { ...settings.options, seed };
    return { model: this.model, options, seconds: settings.seconds };
  }

  #createPlayer(sound: PianoSound): Player {
    const player = new Player(sound, (state) => this.#listener.state(state));
    player.onError = (error) => this.#listener.problem(error);
    player.onChange = () => this.#listener.changed();
    return player;
  }
}

/** Music nearer to the playback position than this is already scheduled. */
const SOON_SECONDS = 0.8;
/** Playback of a branch starts this long before its fork. */
const RUN_UP_SECONDS = 1;
