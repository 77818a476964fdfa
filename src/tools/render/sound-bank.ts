import { BasicSoundBank, SoundBankLoader } from "spessasynth_core";
import { RenderError } from "./errors.ts";

/**
 * Reads a sound font: SoundFont 2 (`.sf2`), its compressed form (`.sf3`) or DLS.
 *
 * @param bytes the whole file.
 * @throws RenderError when it is not a sound font, is damaged, or has no instruments.
 */
export async function loadSoundBank(bytes: Uint8Array): Promise<BasicSoundBank> {
  await BasicSoundBank.isSF3DecoderReady;
  let bank;
  try {
    // A copy: the reader keeps a reference to the buffer, and a Buffer may be part of a larger one.
    bank = SoundBankLoader.fromArrayBuffer(new Uint8Array(bytes).buffer);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new RenderError(`it is not a sound font, or it is damaged (${reason.trim()})`, HINT);
  }
  if (bank.presets.length === 0) throw new RenderError("the sound font has no instruments", HINT);
  return bank;
}

const HINT = { code: "bad-sound-font", hint: "give a .sf2, .sf3 or .dls file" } as const;
