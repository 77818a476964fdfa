#!/usr/bin/env bash
# transformers 5.24.0 (PyPI): a config.json with "layer_norm_epsilon": 0 is refused, since the number is an integer; 0.0 loads. Programs
# that write JSON by JavaScript's rules cannot write 0.0: they drop the fraction of every whole number.
# No guess: it came up with a configuration made for a test.
# Seen: 0.0 loads; 0 raises StrictDataclassFieldValidationError, "expected float, got int".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.24.0
echo '{"model_type": "gpt2", "layer_norm_epsilon": 0.0}' >fraction.json
echo '{"model_type": "gpt2", "layer_norm_epsilon": 0}' >whole.json
venv/bin/python - 2>/dev/null <<'PYTHON'
from transformers import GPT2Config


def outcome(path: str) -> str:
    try:
        return repr(GPT2Config.from_json_file(path).layer_norm_epsilon)
    except Exception as error:
        return type(error).__name__


outcomes = [outcome("fraction.json"), outcome("whole.json")]
print(outcomes)
raise SystemExit(outcomes != ["0.0", "StrictDataclassFieldValidationError"])
PYTHON
