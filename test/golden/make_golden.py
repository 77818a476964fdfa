"""Makes the golden files beside this one: a tiny GPT-2 of random weights in Hugging Face's own layout, and what transformers
says of a text under it.

    python test/golden/make_golden.py        (needs torch, transformers and tokenizers)

`perplexity` is the loop of Hugging Face's guide "Perplexity of fixed-length models": the loss that the model itself
computes from labels, in which all but a window's new ids are masked.
"""

import json
import math
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2LMHeadModel

HERE = Path(__file__).parent
END = "<|endoftext|>"
TEXT = """The tide came in by night and took the ropes, the baskets and a chair — “not mine,” said Ana, “but I had sat on it.”
Next day we'd looked for them along the dunes: nothing. Just weed, 3 gulls, and a blue-grey light 🌊.

    "It's the moon's doing," said the boy who couldn't count to ten; "one for her, two for us."
"""
PROMPTS = ["The", "Next day we", "\n\n", "said the boy", "🌊", "a"]
CONTEXT = 32


def make_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=290, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    return tokenizer


def perplexity(model: GPT2LMHeadModel, ids: list[int], stride: int) -> dict[str, Any]:
    nats, scored, previous_end = 0.0, 0, 0
    for begin in range(0, len(ids), stride):
        end = min(begin + CONTEXT, len(ids))
        window = torch.tensor([ids[begin:end]])
        labels = window.clone()
        labels[:, : -(end - previous_end)] = -100
        with torch.no_grad():
            loss = model(window, labels=labels).loss.item()
        count = int((labels[:, 1:] != -100).sum())  # the labels are shifted inside
        nats += loss * count
        scored += count
        previous_end = end
        if end == len(ids):
            break
    return {"stride": stride, "ids": scored, "perplexity": math.exp(nats / scored), "nats": nats}


def greedy(model: GPT2LMHeadModel, ids: list[int], count: int) -> list[int]:
    out = model.generate(torch.tensor([ids]), max_new_tokens=count, do_sample=False, eos_token_id=None, pad_token_id=0)
    return out[0, len(ids) :].tolist()


def main() -> None:
    torch.manual_seed(11)
    tokenizer = make_tokenizer()
    config = GPT2Config(
        vocab_size=tokenizer.get_vocab_size(), n_layer=2, n_embd=16, n_head=2, n_positions=CONTEXT, initializer_range=0.3
    )
    model = GPT2LMHeadModel(config).eval()
    model.save_pretrained(HERE, max_shard_size="20KB")
    (HERE / "generation_config.json").unlink()
    tokenizer.save(str(HERE / "tokenizer.json"))
    ids = tokenizer.encode(TEXT).ids
    expected = {
        "text": TEXT,
        "ids": ids,
        "scores": [perplexity(model, ids, stride) for stride in (1, 7, 16, 31)],
        "continuations": [{"prompt": prompt, "ids": greedy(model, tokenizer.encode(prompt).ids, 20)} for prompt in PROMPTS],
    }
    (HERE / "expected.json").write_text(json.dumps(expected, ensure_ascii=False) + "\n")


main()
