/** The channel messages that change how the notes of a channel sound: programs, pedals, percussion, all-notes-off. */

export const PROGRAM_CHANGE = 0xc0;
const CONTROL_CHANGE = 0xb0;

/** Controllers of these messages; those from `ALL_NOTES_OFF` to 127 release all keys. */
export const BANK = 0;
export const SUSTAIN = 64;
export const SOSTENUTO = 66;
export const ALL_SOUND_OFF = 120;
export const RESET_ALL_CONTROLLERS = 121;
export const ALL_NOTES_OFF = 123;

const CONTROLLERS = [
  BANK,
  SUSTAIN,
  SOSTENUTO,
  ALL_SOUND_OFF,
  RESET_ALL_CONTROLLERS,
  ALL_NOTES_OFF,
  124,
  125,
  126,
  127,
];

/** 1 for the packed status and first data byte of these messages. */
const STATE_MESSAGES = new Uint8Array(0x10000);
for (let channel = 0; channel < 16; channel += 1) {
  for (let data = 0; data < 128; data += 1) STATE_MESSAGES[PROGRAM_CHANGE | channel | (data << 8)] = 1;
  for (const controller of CONTROLLERS) STATE_MESSAGES[CONTROL_CHANGE | channel | (controller << 8)] = 1;
}

/** @param message a packed channel message. */
export function isStateMessage(message: number): boolean {
  return STATE_MESSAGES[message & 0xffff] === 1;
}
