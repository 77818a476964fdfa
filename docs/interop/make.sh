#!/usr/bin/env bash
# Writes the table of docs/interop.md again: `docs/interop/make.sh`. It needs Node, Python 3.11 (another one as PYTHON)
# and the package registries, and leaves nothing behind but the table.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm run build:package
"${PYTHON:-python3.11}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet -r docs/interop/requirements.txt
"$folder/venv/bin/pip" install --quiet --no-deps note-seq==0.0.5
"$folder/venv/bin/python" docs/interop/table.py
