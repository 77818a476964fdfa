/** note-seq's `apply_sustain_control_changes`, event by event: the slow reference for `applySustain`. */
import type { PedalEvent, ScoreNote } from "../../../encoding/index.ts";

interface Active {
  readonly note: ScoreNote;
  endSeconds: number;
  isDropped: boolean;
}

interface Moment {
  readonly seconds: number;
  /** 0 pedal down, 1 pedal up, 2 note on, 3 note off. */
  readonly kind: number;
  readonly happen: () => void;
}

export function slowSustain(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): ScoreNote[] {
  const place = (of: { track: number; channel: number }): string => `${of.track}:${of.channel}`;
  const actives = notes
    .filter((note) => note.channel !== 9)
    .map((note): Active => ({ note, endSeconds: note.endSeconds, isDropped: false }));
  const heard = pedal.filter((event) => notes.some((note) => place(note) === place(event)));
  const isDown = new Map<string, boolean>();
  let sounding: Active[] = [];
  let now = 0;

  const moments: Moment[] = [];
  for (const active of actives) {
    const { note } = active;
    const on = (): void => {
      if (isDown.get(place(note))) {
        const isSame = (other: ScoreNote): boolean =>
          place(other) === place(note) && other.program === note.program && other.pitch === note.pitch;
        for (const earlier of sounding.filter((other) => isSame(other.note))) {
          earlier.endSeconds = now;
          earlier.isDropped = earlier.note.startSeconds === now;
        }
        sounding = sounding.filter((other) => !isSame(other.note));
      }
      sounding.push(active);
    };
    const off = (): void => {
      if (!isDown.get(place(note))) sounding = sounding.filter((other) => other !== active);
    };
    moments.push({ seconds: note.startSeconds, kind: 2, happen: on });
    moments.push({ seconds: note.endSeconds, kind: 3, happen: off });
  }
  for (const event of heard) {
    const up = (): void => {
      isDown.set(place(event), false);
      const isReleased = (active: Active): boolean =>
        place(active.note) === place(event) && active.endSeconds < now;
      const released = sounding.filter(isReleased);
      sounding = sounding.filter((active) => !isReleased(active));
      for (const active of released) active.endSeconds = now;
    };
    const down = (): void => void isDown.set(place(event), true);
    moments.push({ seconds: event.seconds, kind: event.isDown ? 0 : 1, happen: event.isDown ? down : up });
  }
  moments.sort((a, b) => a.seconds - b.seconds || a.kind - b.kind);
  for (const moment of moments) {
    now = moment.seconds;
    moment.happen();
  }
  for (const active of sounding) active.endSeconds = now;
  return actives
    .filter(({ isDropped }) => !isDropped)
    .map(({ note, endSeconds }) => ({ ...note, endSeconds }));
}
