/** Offers to keep what was played without a duet. */
import { byId, setText } from "../elements.ts";
import type { RollView } from "../roll/roll-view.ts";
import type { Session } from "../session.ts";
import type { Status } from "../status.ts";
import { PlayedNotes } from "./played-notes.ts";

/** Connects the offer. Call it once. */
export function offerPlayed(
  { recorder, opener }: Pick<Session, "recorder" | "opener">,
  roll: RollView,
  status: Status,
): PlayedNotes {
  const played = new PlayedNotes();
  const group = byId("played", HTMLElement);
  const keep = byId("played-keep", HTMLButtonElement);
  played.changed.listen(() => {
    const { count } = played;
    group.hidden = count === 0;
    setText(keep, `Keep the ${count === 1 ? "note" : `${count} notes`} you played`);
  });
  keep.addEventListener("click", () => {
    const recording = recorder.start();
    recording.write(played.ids(recording.vocabulary));
    played.clear();
    opener.shown.emit();
    roll.follow();
    byId("roll", HTMLElement).focus();
    status.say("Kept: press Play; the model carries on at the end");
  });
  byId("played-drop", HTMLButtonElement).addEventListener("click", () => played.clear());
  return played;
}
