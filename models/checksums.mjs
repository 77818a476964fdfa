/**
 * Writes SHA256SUMS for the shipped files, in the format of `sha256sum`. Run `npm run checksums` after a change of one of
 * them: models are verified against it on loading.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILES = /^(config\.json|tokenizer\.json|.*\.safetensors|.*\.sf3)$/;
const root = fileURLToPath(new URL("../", import.meta.url));
const models = readdirSync(`${root}models`).map((name) => `models/${name}`);

for (const folder of [...models.filter((path) => existsSync(`${root}${path}/config.json`)), "sounds"]) {
  const names = readdirSync(root + folder).filter((name) => FILES.test(name));
  const lines = names.sort().map((name) => {
    const digest = createHash("sha256")
      .update(readFileSync(`${root}${folder}/${name}`))
      .digest("hex");
    return `${digest}  ${name}\n`;
  });
  writeFileSync(`${root}${folder}/SHA256SUMS`, lines.join(""));
  process.stdout.write(`${folder}/SHA256SUMS: ${names.join(", ")}\n`);
}
