#!/usr/bin/env bash
# vite 8.3.8 with vitest 4.1.12 (npm): `build()` called from a test has the mode "production", and `import.meta.env.PROD` is false.
# Guess: `PROD` follows the mode, so that a test may build the page that it drives. It follows NODE_ENV, which vitest sets to "test" where
# it is not set; the code that only a production build has is left out without a word.
# Seen: called by node "PROD true, mode production"; called by vitest "PROD false, mode production".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
unset NODE_ENV
echo '{ "private": true, "type": "module" }' >package.json
npm install --silent --no-audit --no-fund vite@8.3.8 vitest@4.1.12
mkdir app
echo '<script type="module" src="/main.js"></script>' >app/index.html
echo 'document.title = `PROD ${import.meta.env.PROD}, mode ${import.meta.env.MODE}`;' >app/main.js
cat >title.js <<'JS'
import { build } from "vite";

export async function title() {
  const { output } = await build({ root: "app", logLevel: "silent", build: { write: false } });
  return output.find(({ type }) => type === "chunk").code.match(/PROD \w+, mode \w+/)[0];
}
JS
cat >title.test.js <<'JS'
import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { title } from "./title.js";

test("builds", async () => writeFileSync("seen.txt", await title()));
JS
by_node=$(node -e 'import("./title.js").then(({ title }) => title()).then((text) => console.log(text))')
npx vitest run >/dev/null
by_vitest=$(cat seen.txt)
echo "node: $by_node; vitest: $by_vitest"
[ "$by_node" = "PROD true, mode production" ] && [ "$by_vitest" = "PROD false, mode production" ]
