"""Writes unicode.json beside this file: what tokenizers does to each character, as a count and a SHA-256 for each table.

    python test/encoding/text/golden/unicode.py        (tokenizers 0.23.3; some minutes)

A line is a code point that changes, and the code points that it becomes, in hexadecimal: "c0>41 300". Of pre-tokenizers it is
a code point that is apart from the letters around it.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from tokenizers import normalizers, pre_tokenizers

HERE = Path(__file__).parent
CODES = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
NORMALIZERS = {
    "NFC": normalizers.NFC(),
    "NFD": normalizers.NFD(),
    "NFKC": normalizers.NFKC(),
    "NFKD": normalizers.NFKD(),
    "StripAccents": normalizers.StripAccents(),
    "Nmt": normalizers.Nmt(),
    "clean_text": normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False),
    "handle_chinese_chars": normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=False),
    "strip_accents": normalizers.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
}
PRE_TOKENIZERS = {"Punctuation": pre_tokenizers.Punctuation(), "WhitespaceSplit": pre_tokenizers.WhitespaceSplit()}


def digest(lines: list[str]) -> dict[str, Any]:
    return {"count": len(lines), "sha256": hashlib.sha256("\n".join(lines).encode()).hexdigest()}


def changes(normalizer: normalizers.Normalizer) -> list[str]:
    made = ((code, normalizer.normalize_str(chr(code))) for code in CODES)
    return [f"{code:x}>{' '.join(f'{ord(c):x}' for c in text)}" for code, text in made if text != chr(code)]


def splits(pre_tokenizer: pre_tokenizers.PreTokenizer) -> list[str]:
    return [f"{code:x}" for code in CODES if len(pre_tokenizer.pre_tokenize_str(f"a{chr(code)}a")) > 1]


tables = {name: digest(changes(each)) for name, each in NORMALIZERS.items()}
tables |= {name: digest(splits(each)) for name, each in PRE_TOKENIZERS.items()}
(HERE / "unicode.json").write_text(json.dumps(tables, indent=1) + "\n")
