/** The controls of the duet: on and off, the pause that ends a phrase, and whose turn it is. */
import { NumberSetting, type NumberSpec } from "../controls/number-setting.ts";
import { byId } from "../elements.ts";
import { isBand } from "../music/music.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import type { Duet, Turn } from "./duet.ts";

const PAUSE: NumberSpec = {
  key: "pause",
  label: "pause",
  minimum: 100,
  maximum: 5000,
  isInteger: true,
  fallback: 700,
  unit: "ms",
  help: "the model answers after this silence, in milliseconds",
  slider: { minimum: 300, maximum: 2000, step: 50 },
};

const TURNS: Readonly<Record<Turn, string>> = {
  yours: "your turn",
  mine: "the model answers",
  over: "the piece is full: increase the length to get an answer",
  off: "",
};

/** Connects the controls. Call it once. */
export function listenToDuet(
  session: Pick<Session, "playback" | "models">,
  duet: Duet,
  status: Status,
): void {
  const toggle = byId("duet", HTMLButtonElement);
  const turnText = byId("turn", HTMLElement);
  const pause = new NumberSetting(PAUSE, () => {
    if (pause.check()) duet.pauseSeconds = (pause.value ?? 700) / 1000;
  });
  byId("duet-settings", HTMLElement).append(pause.element);
  duet.onTurn = (turn) => {
    turnText.textContent = TURNS[turn];
  };

  /** Loads the model before the first answer. */
  const begin = async (): Promise<void> => {
    turnText.textContent = "loading the model";
    try {
      await session.playback.ready();
      duet.isOn = toggle.getAttribute("aria-pressed") === "true";
    } catch (error) {
      toggle.setAttribute("aria-pressed", "false");
      duet.isOn = false;
      status.showProblem(error);
    }
  };

  const { title } = toggle;
  session.models.ready.listen((model) => {
    toggle.disabled = isBand(model);
    toggle.title = toggle.disabled
      ? "a piano model can answer you; this one plays several instruments"
      : title;
    if (!toggle.disabled) return;
    toggle.setAttribute("aria-pressed", "false");
    duet.isOn = false;
  });

  toggle.addEventListener("click", () => {
    const isOn = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(isOn));
    if (isOn) void begin();
    else duet.isOn = false;
  });
}
