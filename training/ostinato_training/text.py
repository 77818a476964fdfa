"""Reads text files without changing their line ends."""

from __future__ import annotations

from pathlib import Path

from .errors import OptionError


def read_text(path: Path) -> str:
    """Reads a UTF-8 text with its line ends; raises OptionError if it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise OptionError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise OptionError(f"{path} is not UTF-8 at byte {error.start}") from None
