#!/usr/bin/env bash
# @tonejs/midi 2.0.28 (npm): in a file of format 0 a note in which the program changes is not read at all.
# Guess: none of a lost note; the run was to show whether the program is that of the strike or of the release.
# Seen: 0 notes with the change, 1 without it. Strike and release go to different tracks, one for each program.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit --prefix . @tonejs/midi@2.0.28
cat >finding.cjs <<'NODE'
const { Midi } = require("@tonejs/midi");
function notes(...between) {
  const body = [0, 0xc0, 1, 0, 0x90, 60, 64, ...between, 48, 0x80, 60, 64, 0, 0xff, 0x2f, 0];
  const header = [...Buffer.from("MThd"), 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, ...Buffer.from("MTrk"), 0, 0, 0, body.length];
  return new Midi(Uint8Array.from([...header, ...body])).tracks.flatMap((track) => track.notes).length;
}
const [plain, changed] = [notes(), notes(24, 0xc0, 40)];
console.log(`${plain} note without a program change, ${changed} with one`);
process.exit(plain === 1 && changed === 0 ? 0 : 1);
NODE
node finding.cjs
