/** The list of takes: open, rename, save and delete. */
import { changedOptions } from "../controls/specs.ts";
import { byId, element, setText } from "../elements.ts";
import { namedSource } from "../music-model.ts";
import { midiOf } from "../output/piece-score.ts";
import { PlainError } from "../plain-error.ts";
import type { RollView } from "../roll/roll-view.ts";
import { saveFile } from "../save-file.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { clock } from "../words.ts";
import { branchesOf, type TakeSummary } from "./stored-take.ts";
import type { Takes } from "./takes.ts";

export class TakesView {
  readonly #takes: Takes;
  readonly #models: Session["models"];
  readonly #roll: RollView;
  readonly #status: Status;
  readonly #details = byId("takes", HTMLDetailsElement);
  readonly #list = byId("takes-list", HTMLElement);
  readonly #resume = byId("resume", HTMLButtonElement);

  constructor(takes: Takes, { models }: Pick<Session, "models">, roll: RollView, status: Status) {
    this.#takes = takes;
    this.#models = models;
    this.#roll = roll;
    this.#status = status;
    takes.changed.listen(() => {
      this.#details.hidden = false;
      // A row that is being renamed stays.
      if (this.#details.open && !this.#list.contains(document.activeElement)) void this.#show();
    });
    takes.failed.listen((error) => this.#showFailure(error));
    this.#details.addEventListener("toggle", () => {
      if (this.#details.open) void this.#show();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void takes.flush();
    });
    void this.#offerLast();
  }

  /** Closes the list. @returns whether it was open. */
  close(): boolean {
    const wasOpen = this.#details.open;
    this.#details.open = false;
    return wasOpen;
  }

  /** After a reload or a crash, the last take is one press away. */
  async #offerLast(): Promise<void> {
    const [last] = await this.#takes.list().catch(() => []);
    if (!last) return;
    this.#details.hidden = false;
    this.#resume.hidden = false;
    setText(this.#resume, `Go on with your last take: ${last.name}, ${clock(last.seconds)}`);
    this.#resume.addEventListener("click", () => void this.#open(last));
  }

  async #show(): Promise<void> {
    await this.#takes.flush();
    const takes = await this.#takes.list().catch(() => []);
    this.#list.replaceChildren(...takes.map((take) => this.#row(take)));
    setText(
      byId("takes-note", HTMLElement),
      takes.length > 0 ? "" : "What you play or compose is kept here.",
    );
  }

  #row(take: TakeSummary): HTMLElement {
    const { id, name, seconds, date, settings } = take;
    const row = element("li", { class: "take" });
    const field = element("input", { type: "text", "aria-label": "name", value: name, maxlength: "100" });
    field.addEventListener("change", () => {
      const given = field.value.trim() || name;
      field.value = given;
      void this.#takes.rename(id, given);
    });
    const when = new Date(date).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const facts = [
      clock(seconds),
      when,
      `seed ${settings.options.seed}`,
      ...changedOptions(settings.options),
    ];
    row.append(
      this.#button("Open", `open ${name}`, () => this.#open(take)),
      field,
      element("span", { class: "faint" }, facts.join(" · ")),
      this.#button("Save MIDI", `save ${name} as a MIDI file`, () => this.#export(id)),
      this.#button("Delete", `delete ${name}`, () => this.#delete(take, row)),
    );
    return row;
  }

  #button(text: string, label: string, action: () => Promise<void>): HTMLElement {
    const button = element("button", { type: "button", "aria-label": `${text}: ${label}` }, text);
    button.addEventListener(
      "click",
      () => void action().catch((error: unknown) => this.#status.showProblem(error)),
    );
    return button;
  }

  async #open({ id }: Pick<TakeSummary, "id">): Promise<void> {
    try {
      const take = await this.#takes.open(id);
      if (!take) {
        await this.#show();
        return;
      }
      this.#details.open = false;
      this.#roll.follow();
      byId("roll", HTMLElement).focus();
      this.#status.say(`${take.name}: press Play; the model carries on at the end`);
      const { model } = take;
      if (model !== undefined && model !== this.#models.source.name)
        await this.#models.choose(namedSource(model));
    } catch (error) {
      this.#status.showProblem(error);
    }
  }

  async #export(id: string): Promise<void> {
    const take = await this.#takes.read(id);
    if (!take) return;
    const { piece, file } = branchesOf(id, take.music, take.file).current;
    saveFile(midiOf(piece, file), `${take.summary.name}.mid`, "audio/midi");
  }

  async #delete({ id, name }: TakeSummary, row: HTMLElement): Promise<void> {
    const putBack = await this.#takes.delete(id);
    const back = this.#button("Put back", `put ${name} back`, async () => {
      await putBack();
      await this.#show();
    });
    row.replaceChildren(element("span", { class: "faint" }, `Deleted ${name}`), back);
    back.focus();
  }

  #showFailure(error: unknown): void {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    this.#status.showProblem(
      isFull
        ? new PlainError(
            "the storage of this browser is full, so takes are no longer kept",
            "delete takes that you do not need, and save the music as a MIDI file",
            error,
          )
        : new PlainError(
            "this browser keeps no takes here, as in a private window",
            "save the music that you want to keep as a MIDI file",
            error,
          ),
    );
  }
}
