#!/usr/bin/env bash
# @tonejs/midi 2.0.28 (npm): toArray() writes every key signature 14 sharps too high.
# Guess: 14 sharps too high. Right.
# Seen: D major, 2 sharps, becomes a byte of 16.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . @tonejs/midi@2.0.28
cat >finding.cjs <<'NODE'
const { Midi } = require("@tonejs/midi");
const midi = new Midi();
midi.header.keySignatures.push({ ticks: 0, key: "D", scale: "major" });
const bytes = Buffer.from(midi.toArray());
const at = bytes.indexOf(Buffer.from([0xff, 0x59, 2]));
const sharps = bytes[at + 3];
console.log(`D major is written with ${sharps} sharps`);
process.exit(at >= 0 && sharps === 16 ? 0 : 1);
NODE
node finding.cjs
