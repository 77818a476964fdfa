/**
 * Takes the grand piano out of Fluid R3 Mono, a General MIDI sound font, and writes it as `piano.sf3`: the samples as they
 * are there (Ogg Vorbis), nothing encoded anew.
 *
 *   apt-get download fluidr3mono-gm-soundfont && dpkg -x fluidr3mono-gm-soundfont_*.deb fluid
 *   node sounds/make.mjs fluid/usr/share/fluidr3mono-gm-soundfont/FluidR3Mono_GM.sf3
 */
import { readFileSync, writeFileSync } from "node:fs";
import { BasicSoundBank, SoundBankLoader } from "spessasynth_core";

const NAME = "Yamaha Grand Piano";

const [source = ""] = process.argv.slice(2);
await BasicSoundBank.isSF3DecoderReady;
const whole = SoundBankLoader.fromArrayBuffer(new Uint8Array(readFileSync(source)).buffer);
const preset = whole.presets.find(({ name, program }) => name === NAME && program === 0);
if (!preset) throw new Error(`${source} has no preset "${NAME}"`);

const piano = new BasicSoundBank();
piano.clonePreset(preset);
piano.flush();
piano.soundBankInfo = { ...whole.soundBankInfo, name: "Grand piano of Fluid R3 Mono" };
const bytes = new Uint8Array(piano.writeSF2({ writeDefaultModulators: true }));
writeFileSync(new URL("piano.sf3", import.meta.url), bytes);
process.stdout.write(`piano.sf3: ${bytes.length} bytes, ${piano.samples.length} samples\n`);
