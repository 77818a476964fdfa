"""Reference of Hugging Face's GPT-2 in PyTorch, float32: logits of one sequence and greedy continuations of many prompts.

    python reference.py MODEL OUT     (OUT/reference.json, OUT/logits.f32: [ids, vocabulary] of the first prompt)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from transformers import GPT2LMHeadModel

PROMPTS = 20
LONG = 200  # ids after the first prompt
SHORT = 40  # ids after each of the others
TIE = 1e-3  # with a smaller difference of the two highest logits, rounding decides: such a prompt is replaced by another


def main() -> None:
    model_folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    torch.set_num_threads(1)  # on a busy machine, several threads are slower
    model = GPT2LMHeadModel.from_pretrained(model_folder).eval()
    random = torch.Generator().manual_seed(5)
    lengths = [128, *(int(length) for length in torch.randint(1, 100, (PROMPTS - 1,), generator=random))]
    cases, margins, skipped = [], [], 0
    with torch.inference_mode():
        for number, length in enumerate(lengths):
            count = LONG if number == 0 else SHORT
            ids: list[int] = []
            while len(ids) < count:
                prompt = torch.randint(model.config.vocab_size, (1, length), generator=random)
                answer = model(prompt, use_cache=True)
                logits = answer.logits[0]
                ids, leads = [], []
                while len(ids) < count:
                    best = answer.logits[0, -1].topk(2)
                    leads.append(float(best.values[0] - best.values[1]))
                    if leads[-1] < TIE:
                        skipped += 1
                        break
                    ids.append(int(best.indices[0]))
                    answer = model(best.indices[None, :1], past_key_values=answer.past_key_values, use_cache=True)
            if number == 0:
                logits.float().numpy().tofile(out / "logits.f32")
            margins += leads
            cases.append({"prompt": prompt[0].tolist(), "greedy": ids})
    facts = {"torch": torch.__version__, "smallestMargin": min(margins), "medianMargin": sorted(margins)[len(margins) // 2], "skipped": skipped}
    (out / "reference.json").write_text(json.dumps({**facts, "cases": cases}))


main()
