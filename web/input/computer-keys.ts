/** The computer's keyboard as a piano's: two rows of letters, by where they lie and not by what is printed on them. */

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

export interface Hands {
  press(pitch: number, velocity: number): void;
  lift(pitch: number): void;
  pedal(isDown: boolean): void;
}

/** The pitch of a key, or undefined: A is middle C. */
export function pitchOfCode(code: string): number | undefined {
  const at = CODES.indexOf(code);
  return at < 0 ? undefined : LOWEST + at;
}

/** Has letters play while nothing is being typed, and the piano is there. */
export function listenToComputerKeys(hands: Hands, isPianoThere: () => boolean): void {
  const down = new Set<number>();
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.closest("input, select, textarea");
    const isShortcut = event.ctrlKey || event.metaKey || event.altKey;
    const pitch = isShortcut || isTyping || !isPianoThere() ? undefined : pitchOfCode(event.code);
    if (pitch === undefined || event.repeat || down.has(pitch)) return;
    down.add(pitch);
    hands.press(pitch, VELOCITY);
  });
  document.addEventListener("keyup", (event) => {
    const pitch = pitchOfCode(event.code);
    if (pitch !== undefined && down.delete(pitch)) hands.lift(pitch);
  });
  window.addEventListener("blur", () => {
    for (const pitch of down) hands.lift(pitch);
    down.clear();
  });
}
