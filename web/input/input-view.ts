/** Connects the user's input: MIDI files, keys, MIDI ports and the duet. */
import { byId } from "../elements.ts";
import type { RollView } from "../roll/roll-view.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { listenToComputerKeys } from "./computer-keys.ts";
import { Duet } from "./duet.ts";
import { listenToDuet } from "./duet-view.ts";
import { listenForFiles } from "./file-view.ts";
import { InputSound } from "./input-sound.ts";
import { KeyInput } from "./key-input.ts";
import { listenToPorts } from "./ports-view.ts";
import { offerPlayed } from "./played-view.ts";
import { createScreenKeys } from "./screen-keys.ts";

type Parts = Pick<Session, "playback" | "models" | "sounds" | "opener" | "recorder" | "selection">;

/** Call it once. */
export function takeInput(session: Parts, roll: RollView, status: Status): void {
  const duet = new Duet(session, (error) => status.showProblem(error));
  const played = offerPlayed(session, roll, status);
  const taker: Pick<Duet, "press" | "lift" | "pedal"> = {
    press: (pitch, velocity, at) => (duet.isOn ? duet : played).press(pitch, velocity, at),
    lift: (pitch, at) => {
      duet.lift(pitch, at);
      played.lift(pitch, at);
    },
    pedal: (isDown, at) => {
      duet.pedal(isDown, at);
      played.pedal(isDown, at);
    },
  };
  const keys = new KeyInput(session.sounds, new InputSound(session.sounds), taker);
  const showHeld = createScreenKeys(byId("keys", HTMLElement), keys);
  keys.changed.listen(() => {
    roll.showHeld(keys.held);
    showHeld(keys.held);
  });
  keys.failed.listen((error) => status.showProblem(error));
  listenToComputerKeys(keys, () => !byId("music", HTMLElement).hidden);
  listenForFiles(session, roll, status);
  listenToDuet(session, duet, status);
  listenToPorts(session, keys, status);
}
