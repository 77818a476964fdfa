/** System-exclusive messages that make a channel percussion or melodic, besides channel 10 of General MIDI. */
const ROLAND = 0x41;
const YAMAHA = 0x43;
const GS = 0x42;
const XG = 0x4c;

/**
 * Parses the data of a system-exclusive message that sets the type of a channel: GS "use for rhythm part" (address 40 1n 15), or an XG part mode
 * (address 08 nn 07). Undefined for other messages.
 */
export function percussionChange(
  data: Uint8Array,
): { readonly channel: number; readonly isPercussion: boolean } | undefined {
  if (isGsSetting(data) && data[4] === 0x40 && (data[5]! & 0xf0) === 0x10 && data[6] === 0x15) {
    return { channel: gsChannel(data[5]! & 0x0f), isPercussion: data[7] !== 0 };
  }
  if (isXgSetting(data) && data[3] === 0x08 && data[4]! < 16 && data[5] === 0x07) {
    return { channel: data[4]!, isPercussion: data[6] !== 0 };
  }
  return undefined;
}

/** Whether a system-exclusive message resets a synthesizer to GS, where bank 127 has the sounds of the MT-32 (address 40 00 7F). */
export function resetsToGs(data: Uint8Array): boolean {
  return isGsSetting(data) && hasAddress(data, 4, 0x40, 0x00, 0x7f);
}

/** Whether a system-exclusive message resets a synthesizer to XG (address 00 00 7E). */
export function resetsToXg(data: Uint8Array): boolean {
  return isXgSetting(data) && hasAddress(data, 3, 0x00, 0x00, 0x7e);
}

/** Whether the data begin with manufacturer, device, model and "data set". */
function isGsSetting(data: Uint8Array): boolean {
  return data.length >= 8 && data[0] === ROLAND && data[2] === GS && data[3] === 0x12;
}

function isXgSetting(data: Uint8Array): boolean {
  return data.length >= 7 && data[0] === YAMAHA && (data[1]! & 0xf0) === 0x10 && data[2] === XG;
}

function hasAddress(data: Uint8Array, at: number, ...address: readonly number[]): boolean {
  return address.every((byte, index) => data[at + index] === byte);
}

/** The channel of a GS part: part 0 is channel 10; parts 1 to 9 are channels 1 to 9. */
function gsChannel(part: number): number {
  if (part === 0) return 9;
  return part <= 9 ? part - 1 : part;
}
