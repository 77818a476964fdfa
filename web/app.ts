/** The state of the page and its operations, without the views: model, branches of the piece, player, sound. */
import { PERFORMANCE_416 } from "../encoding/index.ts";
import type { DownloadProgress, WorkerMusicModel } from "../src/platform/browser/index.ts";
import type { Explanation } from "../src/index.ts";
import type { SettingValues } from "./controls/settings.ts";
import { type Branch, Branches } from "./music/branches.ts";
import { type MusicSource, MusicModelHolder } from "./music-model.ts";
import { Piece } from "./music/piece.ts";
import { type Order, Player, type PlayerState } from "./music/player.ts";
import type { PianoSound } from "./sound/sound.ts";
import { branchWords } from "./why/event-words.ts";

export interface AppListener {
  /** Something to be seen has changed; asked for often. */
  changed(): void;
  state(state: PlayerState): void;
  /** The piano is there, and can be told how to play. */
  tuned(): void;
  /** A piece is there that has not been asked for with Play. */
  shown(): void;
  progress(progress: DownloadProgress): void;
  /** A model has been loaded, or could not be. */
  loaded(): void;
  problem(error: unknown): void;
}

export class App {
  readonly branches = new Branches();
  readonly #listener: AppListener;
  readonly #settings: () => SettingValues | undefined;
  readonly #holder: MusicModelHolder;
  #player: Player | undefined;
  #sound: PianoSound | undefined;
  #startingSound: Promise<PianoSound> | undefined;
  /** Sound is of use only after a press; what can be done for it before makes the first one quicker. */
  readonly #soundModule = import("./sound/sound.ts").then((module) => {
    void module.prepareSamples();
    return module;
  });

  /** @param settings how to write at the moment; undefined when a value cannot be used. */
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

  /** Where the model comes from. */
  get modelSource(): MusicSource {
    return this.#holder.source;
  }

  get player(): Player | undefined {
    return this.#player;
  }

  get sound(): PianoSound | undefined {
    return this.#sound;
  }

  get piece(): Piece | undefined {
    return this.branches.current?.piece;
  }

  get state(): PlayerState {
    return this.#player?.state ?? "idle";
  }

  /** Where the ear is. */
  get seconds(): number {
    return this.#player?.seconds ?? this.branches.current?.seconds ?? 0;
  }

  /** Loads what is missing. Call it in a press or a key: browsers allow sound only there. */
  async ready(): Promise<{ model: WorkerMusicModel; player: Player; sound: PianoSound }> {
    const [model, sound] = await Promise.all([this.loadModel(), this.startSound()]);
    await sound.wake();
    if (!this.#player) {
      this.#player = this.#createPlayer(sound);
      if (this.branches.current) this.#open(this.branches.current);
    }
    return { model, player: this.#player, sound };
  }

  /** The model, loaded once. */
  loadModel(): Promise<WorkerMusicModel> {
    return this.#holder.load();
  }

  /** Sees whether there is a model, without loading it. @throws CheckpointError where it cannot be had. */
  async checkModel(): Promise<void> {
    if (!this.model) await this.#holder.check();
  }

  /** Names the model for when one is needed; where one is there already, it is replaced. */
  async chooseModel(source: MusicSource): Promise<void> {
    if (this.model) await this.useModel(source);
    else this.#holder.choose(source);
  }

  /** Has another model go on with the music from here. The former stays if it cannot be loaded. */
  async useModel(source: MusicSource): Promise<void> {
    await this.#holder.replace(source);
    this.#order();
    this.#listener.changed();
  }

  /** The piano, made once; a failure is forgotten, so that the next press tries again. */
  startSound(): Promise<PianoSound> {
    this.#startingSound ??= this.#soundModule
      .then(({ createSound }) => createSound())
      .then(
        (sound) => {
          this.#sound = sound;
          this.#listener.tuned();
          return sound;
        },
        (error: unknown) => {
          this.#startingSound = undefined;
          throw error;
        },
      );
    return this.#startingSound;
  }

  /** Begins another piece, and plays it. */
  async start(): Promise<void> {
    const { player } = await this.ready();
    player.stop();
    this.#open(this.branches.start(new Piece(PERFORMANCE_416)));
    this.#order();
    player.play();
  }

  /**
   * Shows a piece without playing it; neither sound nor model is needed for that.
   *
   * @param heardSeconds how far it counts as heard, and so is not written anew.
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

  /** Goes on with the piece there is. */
  async play(): Promise<void> {
    const { player } = await this.ready();
    this.#order();
    player.play();
  }

  /**
   * Puts what the visitor plays in place of what has not been heard yet; the music waits.
   *
   * @returns the piece up to there, all notes ended, to which the phrase is added.
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

  /** Replaces the current branch's music while the visitor plays. */
  replace(piece: Piece): void {
    const { current } = this.branches;
    if (!current) return;
    this.branches.swap(current, piece);
    this.#open(this.branches.current ?? current, piece.seconds, piece.seconds);
  }

  /** Whether the piece is to be longer than it is, by the settings as they are now. */
  hasTimeLeft(): boolean {
    this.#order();
    return this.#player?.isUnfinished ?? true;
  }

  /** The settings have changed: what has not been heard is written anew. */
  settingsChanged(): void {
    this.#order();
  }

  seek(seconds: number): void {
    const { current } = this.branches;
    if (this.#player) this.#player.seek(seconds);
    else if (current) current.seconds = Math.min(Math.max(0, seconds), current.piece.seconds);
    this.#listener.changed();
  }

  /** Goes over to another branch, at the same time of the piece where it has one. */
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

  /** Has the piece go another way: up to an event as it was, then this id instead, then on from there. */
  branchAt(index: number, id: number): void {
    const { piece } = this;
    if (!piece) return;
    this.#remember();
    const at = piece.secondsAt(index - 1);
    const name = branchWords(piece, index, id);
    const branched = piece.cut(index);
    branched.push(id);
    // A little run-up, to hear where it parts.
    const branch = this.branches.grow(branched, { name, forkSeconds: at });
    branch.heardSeconds = 0;
    this.#open(branch, Math.max(0, at - RUN_UP_SECONDS), 0);
  }

  /** The music up to what is heard now, to go on from otherwise; all of it where nothing has been heard. */
  soFar(): Piece | undefined {
    const { piece, seconds } = this;
    if (!piece) return undefined;
    const isAtStart = this.state === "idle" && seconds === 0;
    const until = isAtStart ? piece.seconds : seconds + (this.state === "idle" ? 0 : SOON_SECONDS);
    return piece.cut(Math.max(1, piece.lengthAt(Math.min(until, piece.seconds))));
  }

  /** Something is to be shown that is not the piece's. */
  seen(): void {
    this.#listener.changed();
  }

  /** Goes over to music that was made of the current branch's, which stays as it is. */
  branchTo(piece: Piece, place: Pick<Branch, "name" | "forkSeconds" | "joinSeconds" | "seed">): Branch {
    this.#remember();
    const branch = this.branches.grow(piece, place);
    // All that is there was wanted: nothing of it is written anew when a setting changes.
    this.#open(branch, Math.max(0, place.forkSeconds - RUN_UP_SECONDS), piece.seconds);
    return branch;
  }

  /** Cuts the visitor's own music at a time, or takes back an earlier cut of it; what the model wrote goes. */
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
   * Why an event came, see `MusicModel.explain`.
   *
   * @throws RangeError when a setting cannot be used; what the loading of the model throws, or the model.
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

  /** The branch as it is left, to come back to. */
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

  /** The settings, with the seed of the branch if it has one of its own. */
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

/** What is nearer to the ear than this is on its way to the loudspeakers. */
const SOON_SECONDS = 0.8;
/** A branch is heard from this long before it parts. */
const RUN_UP_SECONDS = 1;
