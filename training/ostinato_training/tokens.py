"""The tokens of a `tokenizer.json`, and a hash that distinguishes two tokenizers of the same size."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from .errors import OptionError


def read_tokens(path: Path) -> dict[int, str]:
    """Tokens by id. Raises OptionError for a file that is no tokenizer.json."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        tokens = {id: token for token, id in content["model"]["vocab"].items()}
        tokens |= {token["id"]: token.get("content", "") for token in content.get("added_tokens", [])}
        if not tokens or not all(isinstance(id, int) for id in tokens):
            raise ValueError("no ids")
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise OptionError(f"{path} is not a tokenizer.json") from None
    return tokens


def tokens_hash(tokens: dict[int, str]) -> str:
    """SHA-256 of the lines `id token`, as `ostinato dataset` writes it to dataset.json."""
    return hashlib.sha256("".join(f"{id} {tokens[id]}\n" for id in sorted(tokens)).encode()).hexdigest()
