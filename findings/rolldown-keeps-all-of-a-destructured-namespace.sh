#!/usr/bin/env bash
# rolldown 1.2.19, the bundler of Vite 8 (npm): `import * as lib from "./lib.mjs"; const { Used } = lib;` keeps every export of the module in
# the bundle, as in esbuild 0.28.2; `lib.Used` keeps that one only. Rollup 4.68.8, the bundler of Vite 7, keeps one in both cases. On our
# page, which needs one class of a package of tokenizers, the line costs 9 kB, compressed.
# Guessed: all three keep one export in both cases, since the name is known.
# Seen: "rolldown: member 0, destructured 1", "rollup: member 0, destructured 0", "esbuild: member 0, destructured 1" unused classes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save rolldown@1.2.19 rollup@4.68.8 esbuild@0.28.2
cat >lib.mjs <<'JS'
export class Used { name() { return "used"; } }
export class Unused { name() { return "not-used"; } }
JS
echo 'import * as lib from "./lib.mjs"; console.log(new lib.Used().name());' >member.mjs
echo 'import * as lib from "./lib.mjs"; const { Used } = lib; console.log(new Used().name());' >destructured.mjs

bundle() { # a bundler, a file
  case $1 in
    rolldown) npx rolldown "$2" --format esm --dir "$1" >/dev/null ;;
    rollup) npx rollup "$2" --format es --dir "$1" --silent ;;
    esbuild) npx esbuild "$2" --bundle --format=esm --outdir="$1" --log-level=error ;;
  esac
  grep -l "not-used" "$1/${2%.mjs}".* | wc -l || true
}
output=$(for each in rolldown rollup esbuild; do
  echo "$each: member $(bundle "$each" member.mjs), destructured $(bundle "$each" destructured.mjs)"
done)
echo "$output"
[[ $output == "rolldown: member 0, destructured 1
rollup: member 0, destructured 0
esbuild: member 0, destructured 1" ]]
