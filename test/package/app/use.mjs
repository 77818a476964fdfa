// What a user's script would do with the installed package, in Node.
import { oneHot, PERFORMANCE_388, readMidi, writeMidi } from "ostinato";
import { encodePerformance } from "ostinato/encoding";
import { parseConfig } from "ostinato/models";
import { Decoder } from "ostinato/engine";
import { loadMusicModel } from "ostinato/node";

const warnings = [];
const piano = await loadMusicModel("piano", { onWarning: (message) => warnings.push(message) });
const { score, notes } = await piano.generate({ seconds: 2, temperature: 0, seed: 7 });
const bytes = writeMidi(score);
const ids = encodePerformance(readMidi(bytes).notes, PERFORMANCE_388);
const { backend } = piano.decoder;
await piano.dispose();
process.stdout.write(
  JSON.stringify({
    notes,
    bytes: bytes.length,
    backend,
    warnings,
    matrix: oneHot(ids, PERFORMANCE_388.size).length / ids.length,
    entries: [typeof parseConfig, typeof Decoder],
  }),
);
