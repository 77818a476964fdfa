/** A piano keyboard on the screen. It shows the pressed keys of every input. */
import { pitchName } from "../../encoding/index.ts";
import { byId, element } from "../elements.ts";
import { isBlackKey } from "../roll/geometry.ts";
import type { NoteInput } from "./computer-keys.ts";

const LOWEST = 48;
const HIGHEST = 84;
/** The computer key that presses the focused piano key. Space plays and pauses, here too. */
const PRESSING = "Enter";

/** @returns a function that shows the pressed keys. */
export function createScreenKeys(parent: HTMLElement, input: NoteInput): (held: ReadonlySet<number>) => void {
  const keys = new Map<number, HTMLElement>();
  const down = new Map<number, number>();
  const lift = ({ pointerId, timeStamp }: PointerEvent): void => {
    const pitch = down.get(pointerId);
    down.delete(pointerId);
    if (pitch !== undefined && ![...down.values()].includes(pitch)) input.lift(pitch, timeStamp);
  };
  for (let pitch = LOWEST; pitch <= HIGHEST; pitch += 1) {
    const key = element("button", { type: "button", class: isBlackKey(pitch) ? "key black" : "key" });
    key.setAttribute("aria-label", pitchName(pitch));
    key.addEventListener("pointerdown", (event) => {
      key.setPointerCapture(event.pointerId);
      down.set(event.pointerId, pitch);
      // A press nearer to the edge of the key gives a higher velocity.
      const velocity = Math.round(40 + (70 * event.offsetY) / Math.max(1, key.clientHeight));
      input.press(pitch, velocity, event.timeStamp);
    });
    for (const type of ["pointerup", "pointercancel"] as const) {
      key.addEventListener(type, lift);
    }
    let isDown = false;
    key.addEventListener("keydown", (event) => {
      if (event.key !== PRESSING) return;
      event.preventDefault();
      if (isDown) return;
      isDown = true;
      input.press(pitch, 80, event.timeStamp);
    });
    const up = ({ timeStamp }: Event): void => {
      if (isDown) input.lift(pitch, timeStamp);
      isDown = false;
    };
    key.addEventListener("keyup", (event) => {
      if (event.key === PRESSING) up(event);
    });
    key.addEventListener("blur", up);
    keys.set(pitch, key);
    parent.append(key);
  }
  listenToOctaves(parent);
  return (held) => {
    for (const [pitch, key] of keys) key.classList.toggle("held", held.has(pitch));
  };
}

/** Buttons that shift the keyboard by octaves on narrow screens, where touch plays and cannot scroll. */
function listenToOctaves(keys: HTMLElement): void {
  const [lower, higher] = [byId("lower", HTMLButtonElement), byId("higher", HTMLButtonElement)];
  const update = (): void => {
    const hidden = keys.scrollWidth - keys.clientWidth;
    byId("octaves", HTMLElement).hidden = hidden <= 0;
    lower.disabled = keys.scrollLeft <= 0;
    higher.disabled = keys.scrollLeft >= hidden - 1;
  };
  for (const [button, octaves] of [
    [lower, -1],
    [higher, 1],
  ] as const) {
    button.addEventListener("click", () => {
      keys.scrollLeft += (octaves * 12 * keys.scrollWidth) / (HIGHEST - LOWEST + 1);
    });
  }
  keys.addEventListener("scroll", update);
  new ResizeObserver(update).observe(keys);
}
