"""Learns a byte-pair encoding from text files and writes it as a Hugging Face `tokenizer.json`.

    python -m ostinato_training.tokenizer train.txt --merges 2000 --out tokenizer.json [--special "<to-fr>"]

Byte-level BPE as in GPT-2 (Radford et al. 2019, section 2.2): text is split by GPT-2's pattern into bytes, and the
most frequent adjacent pair is merged repeatedly. Ids are the 256 bytes, the merges in the order of learning,
`<|endoftext|>`, and the tokens of `--special`, such as the separators of pairs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from .errors import OptionError, TrainingError
from .text import read_text

END_OF_TEXT = "<|endoftext|>"
BYTES = 256


def learn_tokenizer(texts: Iterable[str], merges: int, special: Sequence[str] = ()) -> Tokenizer:
    """Learns an encoding with `merges` merged pairs and some special tokens.

    Raises OptionError when the texts have fewer pairs, and for a special token that is empty, named twice or in a text.
    """
    texts = list(texts)
    for index, token in enumerate(special):
        if not token.strip() or token in (END_OF_TEXT, *special[:index]):
            raise OptionError(f"--special {token!r}: name each token once, other than {END_OF_TEXT}")
        if any(token in text for text in texts):
            raise OptionError(f"--special {token!r} is in the text, where it would not be a token; choose another")
    if merges < 1:
        raise OptionError(f"--merges must be at least 1, got {merges}")
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = ByteLevelDecoder()
    trainer = BpeTrainer(vocab_size=BYTES + merges, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(texts, trainer)
    found = tokenizer.get_vocab_size() - BYTES
    if found < merges:
        raise OptionError(f"the text has only {found} pairs to merge: --merges {merges} is too many")
    tokenizer.add_special_tokens([END_OF_TEXT, *special])  # after training, so that they have the last ids, as in GPT-2
    return tokenizer


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ostinato_training.tokenizer", description="Learns a byte-pair encoding from text files."
    )
    parser.add_argument("text", type=Path, nargs="+", help="UTF-8 text files, of the training part only")
    parser.add_argument("--merges", type=int, default=2000, help="pairs to merge; the vocabulary has 257 ids more (default 2000)")
    parser.add_argument("--special", action="append", default=[], metavar="TOKEN", help="special token, such as a separator of pairs; may be repeated")
    parser.add_argument("--out", type=Path, required=True, help="tokenizer.json to write")
    options = parser.parse_args(arguments)
    try:
        texts = [read_text(path) for path in options.text]
        tokenizer = learn_tokenizer(texts, options.merges, options.special)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    temporary = options.out.with_name(options.out.name + ".tmp")
    temporary.write_text(tokenizer.to_str(pretty=True) + "\n", encoding="utf-8")
    os.replace(temporary, options.out)
    characters, ids = sum(map(len, texts)), sum(len(tokenizer.encode(text).ids) for text in texts)
    print(f"wrote {options.out}: {tokenizer.get_vocab_size()} ids, {characters / ids:.2f} characters per id on its own text")
    return 0


if __name__ == "__main__":
    sys.exit(main())
