/** Note input from the computer keyboard: two rows of letters, by physical position, independent of the layout. */

const LOWEST = 60;
const CODES = [
  "KeyA",
  "KeyW",
  "KeyS",
  "KeyE",
  "KeyD",
  "KeyF",
  "KeyT",
  "KeyG",
  "KeyY",
  "KeyH",
  "KeyU",
  "KeyJ",
  "KeyK",
  "KeyO",
  "KeyL",
  "KeyP",
  "Semicolon",
];
const VELOCITY = 80;

/** Handlers of note input. `at` is the time stamp of the event, in milliseconds. */
export interface NoteInput {
  press(pitch: number, velocity: number, at: number): void;
  lift(pitch: number, at: number): void;
  pedal(isDown: boolean, at: number): void;
}

/** The pitch of a key, or undefined. A is middle C. */
export function pitchOfCode(code: string): number | undefined {
  const at = CODES.indexOf(code);
  return at < 0 ? undefined : LOWEST + at;
}

/** Plays notes with letter keys, except during text entry and while the piano is hidden. */
export function listenToComputerKeys(input: NoteInput, isPianoThere: () => boolean): void {
  const down = new Set<number>();
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
    const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
    const pitch = isShortcut || isTyping || !isPianoThere() ? undefined : pitchOfCode(event.code);
    if (pitch === undefined || event.repeat || down.has(pitch)) return;
    down.add(pitch);
    input.press(pitch, VELOCITY, event.timeStamp);
  });
  document.addEventListener("keyup", (event) => {
    const pitch = pitchOfCode(event.code);
    if (pitch !== undefined && down.delete(pitch)) input.lift(pitch, event.timeStamp);
  });
  window.addEventListener("blur", ({ timeStamp }) => {
    for (const pitch of down) input.lift(pitch, timeStamp);
    down.clear();
  });
}
