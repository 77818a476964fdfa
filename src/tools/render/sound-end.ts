/** The end of the last sound of a score, which may be long before the end of its file. */
import type { ChannelEvent } from "../../../encoding/index.ts";

export interface TimedEvent {
  readonly seconds: number;
  readonly event: ChannelEvent;
}

/**
 * Maximum time that a note sounds after its key was released, if a pedal sustains it, or without a note-off: the lowest string of the shipped
 * piano, played at velocity 127, is below −80 dB of full scale after 27 s.
 */
export const LONGEST_RING_SECONDS = 30;

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL_CHANGE = 0xb0;
const SUSTAIN = 64;
const SOSTENUTO = 66;
const ALL_SOUND_OFF = 120;
const RESET_ALL_CONTROLLERS = 121;
/** The lowest channel mode message that ends all notes; so do those up to 127. */
const ALL_NOTES_OFF = 123;

/**
 * The end of the last note, in seconds, pedals included. Pedals apply by channel on all tracks, as in a synthesizer.
 *
 * @param events in order of time.
 * @param durationSeconds end of the file, which ends the remaining notes.
 * @returns 0 where there are no notes.
 */
export function soundEndSeconds(events: readonly TimedEvent[], durationSeconds: number): number {
  const channels = Array.from({ length: 16 }, () => new Channel());
  for (const { seconds, event } of events) channels[event.status & 0x0f]?.apply(event, seconds);
  return channels.reduce((latest, channel) => Math.max(latest, channel.endSeconds(durationSeconds)), 0);
}

class Channel {
  /** By pitch: time of the note-on of a pressed key. */
  readonly #keys = new Map<number, number>();
  /** By pitch: time from which on only a pedal sustains the note. */
  readonly #held = new Map<number, number>();
  /** Pitches sustained by the sostenuto pedal. */
  readonly #sostenuto = new Set<number>();
  #isSostenutoPressed = false;
  #isSustained = false;
  #latest = 0;

  apply({ status, data1, data2 }: ChannelEvent, seconds: number): void {
    const kind = status & 0xf0;
    if (kind === NOTE_ON && data2 > 0) {
      this.#held.delete(data1);
      this.#keys.set(data1, seconds);
    } else if (kind === NOTE_ON || kind === NOTE_OFF) this.#release(data1, seconds);
    else if (kind === CONTROL_CHANGE) this.#control(data1, data2, seconds);
  }

  endSeconds(durationSeconds: number): number {
    const since = [...this.#keys.values(), ...this.#held.values()];
    return since.reduce((latest, start) => Math.max(latest, ringEnd(start, durationSeconds)), this.#latest);
  }

  #control(controller: number, value: number, seconds: number): void {
    if (controller === SUSTAIN) {
      this.#isSustained = value >= 64;
    } else if (controller === SOSTENUTO) {
      const isPressed = value >= 64;
      if (!isPressed) this.#sostenuto.clear();
      else if (!this.#isSostenutoPressed) for (const pitch of this.#keys.keys()) this.#sostenuto.add(pitch);
      this.#isSostenutoPressed = isPressed;
    } else if (controller === RESET_ALL_CONTROLLERS) {
      this.#isSustained = false;
      this.#isSostenutoPressed = false;
      this.#sostenuto.clear();
    } else if (controller === ALL_SOUND_OFF || controller >= ALL_NOTES_OFF) {
      for (const pitch of this.#keys.keys()) this.#release(pitch, seconds);
    }
    for (const [pitch, since] of this.#held) {
      const isHeld = this.#isSustained || this.#sostenuto.has(pitch);
      if (isHeld && controller !== ALL_SOUND_OFF) continue;
      this.#held.delete(pitch);
      this.#latest = Math.max(this.#latest, ringEnd(since, seconds));
    }
  }

  #release(pitch: number, seconds: number): void {
    if (!this.#keys.delete(pitch)) return;
    this.#latest = Math.max(this.#latest, seconds);
    if (this.#isSustained || this.#sostenuto.has(pitch)) this.#held.set(pitch, seconds);
  }
}

function ringEnd(since: number, seconds: number): number {
  return Math.min(seconds, since + LONGEST_RING_SECONDS);
}
