"""Writes features.json and tokenizer.json beside this file: the ids that Hugging Face's tokenizers gives under each feature of
the format.

    python test/encoding/text/golden/make_golden.py        (tokenizers 0.23.3)

The strings are pieces in a pseudorandom order, which the test makes again: 500 for each feature. Of their ids the file has a
SHA-256, and the first ten as they are. The vocabulary is learned without a pre-tokenizer, so that its merges cross the borders
of words, and every other border gives other ids.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
COUNT, SHOWN = 500, 10

PIECES = """The|the| the|cat|cats|concatenate|_cat|cat2| model|don't|we'LL|I'm|'S|it's|HELLO|Straße|ΑΣ ΟΔΟΣ|Σ|İstanbul|ﬁne|①²½|٣٤|Ⅷ|
0|12|345|1,000.50|x1y2|''''|"|...|!?|--|(a)[b]{c}|$€+|<=>|^`~|¿¡|、。|—|a-b|a_b|é|e\u0301|ñandú|Å\u212b|ﷺ|ｶﾞ|가|\u1112\u1161\u11ab|
日本語|中|한국어|עברית|ไทย|हिन्दी|👍🏽|👩\u200d💻|🌊|\u200b|\ufeff|\xa0|\x85|\u2003|\u3000|  |   | |\t|\n|\r\n|\n\n |\x00|\x1f|\xad|\ufffd|
ŉ|ǆ|ſt|K|\u0345|\u093c|q\u0307\u0323|\u1e9b\u0323|Ǻ|㋿|\U0001d165|\U000105d2\u0307|\u166d|\u180e|word|words|sword|ing|\u0327|ab|ba|aab"""
# In the text above "\u0301" and the like are characters already; "|" and line feeds between lines separate.
PIECES = [piece for line in PIECES.split("|\n") for piece in line.split("|")]
ADDED = ["<|a|>", "<|end|>", "cat", "Straße", "end", "éé", " the", "<pad>"]


def strings(seed: int, pieces: list[str]) -> list[str]:
    state = seed
    made = []
    for _ in range(COUNT):
        text = ""
        state = (state * 1664525 + 1013904223) % 2**32
        for _ in range(1 + (state >> 8) % 9):
            state = (state * 1664525 + 1013904223) % 2**32
            text += pieces[(state >> 8) % len(pieces)]
        made.append(text)
    return made


def learn() -> dict[str, Any]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, special_tokens=["<|endoftext|>"], show_progress=False)
    texts = strings(1, PIECES) + strings(2, PIECES[:40]) + [piece + other for piece in PIECES for other in (" ", "a", "'", "1", "e")]
    tokenizer.train_from_iterator(texts * 3, trainer)
    return json.loads(tokenizer.to_str())


def split(pattern: str, behavior: str, invert: bool = False, kind: str = "Regex") -> dict[str, Any]:
    return {"type": "Split", "pattern": {kind: pattern}, "behavior": behavior, "invert": invert}


def byte_level(add_prefix_space: bool = False, use_regex: bool = False) -> dict[str, Any]:
    return {"type": "ByteLevel", "add_prefix_space": add_prefix_space, "trim_offsets": True, "use_regex": use_regex}


def words(*pre_tokenizers: dict[str, Any]) -> dict[str, Any]:
    return {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [*pre_tokenizers, byte_level()]}}


def only(pre_tokenizer: dict[str, Any] | None, **model: object) -> dict[str, Any]:
    return {"pre_tokenizer": pre_tokenizer, "model": {"unk_token": "<|endoftext|>", **model}}


def normalized(*normalizers: dict[str, Any]) -> dict[str, Any]:
    normalizer = normalizers[0] if len(normalizers) == 1 else {"type": "Sequence", "normalizers": list(normalizers)}
    return {"normalizer": normalizer}


def bert(clean: bool, chinese: bool, accents: bool | None, lower: bool) -> dict[str, Any]:
    return normalized(
        {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lower}
    )


def token(content: str, number: int, **flags: bool) -> dict[str, Any]:
    defaults = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    return {"id": number, "content": content, **defaults, **flags}


def tokens(*entries: tuple[str, dict]) -> dict[str, Any]:
    """Without ids, which depend on the vocabulary."""
    return {"added_tokens": [token(content, -1, **flags) for content, flags in entries]}


def with_ids(entries: list[dict[str, Any]], vocabulary: dict[str, int]) -> list[dict[str, Any]]:
    """A token of the vocabulary has its id, any other the next one."""
    unseen = [entry["content"] for entry in entries if entry["content"] not in vocabulary]
    new = {content: len(vocabulary) + number for number, content in enumerate(unseen)}
    return [{**entry, "id": (vocabulary | new)[entry["content"]]} for entry in entries]


LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
DIGITS = [{"type": "Digits", "individual_digits": individual} for individual in (True, False)]
SPECIAL = ("<|end|>", {"special": True})

FEATURES: dict[str, dict] = {
    "ByteLevel": {"pre_tokenizer": byte_level(use_regex=True)},
    "ByteLevel add_prefix_space": {"pre_tokenizer": byte_level(True, True)},
    "ByteLevel without its pattern": {"pre_tokenizer": byte_level()},
    **{f"Split at a pattern, {b}": words(split(r"\s", b)) for b in BEHAVIORS},
    **{f"Split at a pattern, {b}, inverted": words(split(r"\w+", b, True)) for b in BEHAVIORS},
    **{f"Split at a string, {b}": words(split("a", b, kind="String")) for b in BEHAVIORS},
    "Split at an empty string": words(split("", "Isolated", kind="String")),
    "Split, inverted, Removed": words(split(r"\p{L}+|\p{N}", "Removed", True)),
    "Split at the pattern of Llama 3": words(split(LLAMA3, "Isolated")),
    "Split at the pattern of cl100k": words(split(CL100K, "Removed", True)),
    "Split at the pattern of o200k": words(split(O200K, "Isolated")),
    "Split at lines and edges": words(split(r"^|$|\b|\A|\z", "Isolated")),
    "Split at empty matches": words(split(r"a*", "MergedWithPrevious")),
    "Split at classes": words(split(r"[[a-z]&&[^aeiou]]|[^\w\s&&[^!?]]|[[:upper:][:digit:]]|[\u3000-\u9fff]", "Isolated")),
    "Split at classes without case": words(split(r"(?i:[k-s]|[^a-z0-9\s])", "Contiguous")),
    "Split at repeated groups": words(split(r"(?>a+)b|(?:[a-z]{2})?[0-9]{,2}\.|.{3}$", "Isolated")),
    "Split behind and before": words(split(r"(?<=[a-z])(?=[A-Z\s])|(?<!a)t", "Isolated")),
    **{f"Punctuation, {b}": words({"type": "Punctuation", "behavior": b}) for b in BEHAVIORS},
    "Digits, individual": words(DIGITS[0]),
    "Digits, together": words(DIGITS[1]),
    "Digits and the pattern of GPT-2": {
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [DIGITS[0], byte_level(use_regex=True)]}
    },
    "Whitespace": words({"type": "Whitespace"}),
    "WhitespaceSplit": words({"type": "WhitespaceSplit"}),
    "BertPreTokenizer": words({"type": "BertPreTokenizer"}),
    "CharDelimiterSplit": words({"type": "CharDelimiterSplit", "delimiter": "a"}),
    "FixedLength": words({"type": "FixedLength", "length": 3}),
    "no pre-tokenizer, unknown characters": only(None),
    "no ByteLevel, fused unknown characters": only({"type": "WhitespaceSplit"}, fuse_unk=True),
    "no ByteLevel, Punctuation": only({"type": "Punctuation", "behavior": "Isolated"}),
    "ignore_merges": {"pre_tokenizer": byte_level(use_regex=True), "model": {"ignore_merges": True}},
    **{form: normalized({"type": form}) for form in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt")},
    "NFD and StripAccents": normalized({"type": "NFD"}, {"type": "StripAccents"}),
    "NFKC and Lowercase": normalized({"type": "NFKC"}, {"type": "Lowercase"}),
    "Strip": normalized({"type": "Strip", "strip_left": True, "strip_right": True}),
    "Strip left": normalized({"type": "Strip", "strip_left": True, "strip_right": False}),
    "Strip right": normalized({"type": "Strip", "strip_left": False, "strip_right": True}),
    "Prepend": normalized({"type": "Prepend", "prepend": "$&"}),
    "Replace a pattern": normalized({"type": "Replace", "pattern": {"Regex": r"\s+|a"}, "content": "$&-"}),
    "Replace a string": normalized({"type": "Replace", "pattern": {"String": "."}, "content": ""}),
    "normalizer ByteLevel": {**normalized({"type": "ByteLevel"}), "pre_tokenizer": None},
    "BertNormalizer": bert(True, True, None, True),
    "BertNormalizer, clean_text": bert(True, False, None, False),
    "BertNormalizer, handle_chinese_chars": bert(False, True, None, False),
    "BertNormalizer, strip_accents": bert(False, False, True, False),
    "BertNormalizer, lowercase only": bert(False, False, False, True),
    "added tokens": tokens(("<|a|>", {}), ("cat", {}), ("cats", {}), (" the", {})),
    "added tokens, single_word": tokens(("cat", {"single_word": True}), ("the", {"single_word": True}), ("é", {"single_word": True})),
    "added tokens, lstrip": tokens(("cat", {"lstrip": True}), ("<pad>", {"lstrip": True})),
    "added tokens, rstrip": tokens(("cat", {"rstrip": True}), (" ", {"rstrip": True})),
    "added tokens, both strips and single_word": tokens(("cat", {"lstrip": True, "rstrip": True, "single_word": True}), ("1", {"lstrip": True, "rstrip": True})),
    "added tokens, normalized": {**normalized({"type": "Lowercase"}), **tokens(("THE", {"normalized": True}), ("Cat", {"normalized": False}), ("ÉÉ", {"normalized": True}))},
    "added tokens, normalized with Strip": {**normalized({"type": "NFKC"}), **tokens(("ﬁne", {"normalized": True}), ("①", {"normalized": True, "rstrip": True}))},
    "added tokens and add_prefix_space": {**tokens(("cat", {}), ("<|a|>", {})), "pre_tokenizer": byte_level(True, True)},
    "special tokens as characters": {**tokens(SPECIAL, ("end", {}), ("<|a|>", {})), "special": False},
    "special tokens as ids": {**tokens(SPECIAL, ("end", {}), ("<|a|>", {}))},
    "special tokens, normalized": {**normalized({"type": "Lowercase"}), **tokens(("<|END|>", {"special": True, "normalized": True}), ("END", {"normalized": True}))},
}


def build(base: dict[str, Any], feature: dict[str, Any]) -> dict[str, Any]:
    made = {**base, "pre_tokenizer": byte_level(use_regex=True), **feature}
    made["model"] = {**base["model"], **feature.get("model", {})}
    made["added_tokens"] = [*base["added_tokens"], *feature.get("added_tokens", [])]
    made.pop("special", None)
    return made


def encoded(tokenizer: Tokenizer, text: str) -> list[int] | None:
    """None where the library itself fails: it loses count of changes of length, of a normalizer followed by ByteLevel."""
    try:
        return tokenizer.encode(text, add_special_tokens=False).ids
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        return None


def main() -> None:
    base = learn()
    (HERE / "tokenizer.json").write_text(json.dumps(base, ensure_ascii=False, separators=(",", ":")) + "\n")
    features = []
    pieces = [*PIECES, *ADDED, "<|endoftext|>"]
    for seed, (name, feature) in enumerate(FEATURES.items()):
        if "added_tokens" in feature:
            feature["added_tokens"] = with_ids(feature["added_tokens"], base["model"]["vocab"])
        tokenizer = Tokenizer.from_str(json.dumps(build(base, feature)))
        special = feature.get("special", True)
        tokenizer.encode_special_tokens = not special
        texts = strings(100 + seed, pieces)
        ids = [encoded(tokenizer, text) for text in texts]
        # Not for added tokens: its ByteLevel decoder takes the letters of "é" for bytes in the byte-level alphabet.
        decodes = "added_tokens" not in feature
        decoded = [each and tokenizer.decode(each, skip_special_tokens=False) for each in ids] if decodes else []
        written = json.dumps([ids, decoded], ensure_ascii=False, separators=(",", ":"))
        features.append(
            {
                "name": name,
                "seed": 100 + seed,
                "specialTokens": special,
                "decodes": decodes,
                "change": {key: value for key, value in feature.items() if key != "special"},
                "failed": [index for index, each in enumerate(ids) if each is None],
                "sha256": hashlib.sha256(written.encode()).hexdigest(),
                "first": [{"text": text, "ids": each} for text, each in zip(texts[:SHOWN], ids)],
            }
        )
    made = {"tokenizers": tokenizers.__version__, "count": COUNT, "pieces": pieces, "features": features}
    (HERE / "features.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")


main()
