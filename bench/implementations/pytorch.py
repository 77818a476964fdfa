"""Hugging Face's GPT-2 in PyTorch, with the protocol of `main.mjs`.

    python pytorch.py MODEL THREADS
"""

from __future__ import annotations

import json
import resource
import sys
import time

import torch
from transformers import GPT2LMHeadModel


def answer(value: dict[str, object]) -> None:
    print(json.dumps(value), flush=True)


def milliseconds(start: float) -> float:
    return (time.perf_counter() - start) * 1000


def generate(model: torch.nn.Module, prompt: list[int], count: int) -> list[float]:
    times = []
    start = time.perf_counter()
    answered = model(torch.tensor([prompt]), use_cache=True, logits_to_keep=1)
    while True:
        best = answered.logits[0, -1].argmax()
        int(best)
        times.append(milliseconds(start))
        if len(times) == count:
            return times
        answered = model(best.view(1, 1), past_key_values=answered.past_key_values, use_cache=True)


def main() -> None:
    begun = time.perf_counter()
    torch.set_num_threads(int(sys.argv[2]))
    model = GPT2LMHeadModel.from_pretrained(sys.argv[1]).eval()
    answer({"loadMs": milliseconds(begun), "cpuMs": 1000 * time.process_time()})
    with torch.inference_mode():
        for line in sys.stdin:
            task = json.loads(line)
            times = generate(model, task["prompt"], task["count"])
            peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            answer({"times": times, "cpuMs": 1000 * time.process_time(), "peakBytes": peak})


main()
