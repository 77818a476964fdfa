"""Writes the checkpoint that the training starts from (`train --init`). A run of minutes cannot learn what it begins with:

- Rows of times are sinusoids, so that near times have near rows.
- Rows of notes have the pitch, the pitch class and the instrument.
- Positions are sinusoids, and three heads of the first layer attend to the id two places back and add its time: at the last id of a
  triple, that is the triple's onset, from which the next one follows.

    python start.py FOLDER
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import torch
from ostinato_training.checkpoint import write_checkpoint
from ostinato_training.config import DecoderConfig
from ostinato_training.model import Decoder

VOCABULARY, SIZE = "arrival-9772", 9772
ONSETS, DURATIONS, INSTRUMENTS, PITCHES = 4000, 500, 3, 128
NOTES = INSTRUMENTS * PITCHES
CONTROLS = ONSETS + DURATIONS + NOTES + 1  # the first control; a rest comes before it
LAYERS, WIDTH, HEADS, WINDOW = 5, 112, 4, 1024
HEAD = WIDTH // HEADS

# Columns of the embedding.
TIME = slice(0, 64)
POSITION = slice(64, 80)
PITCH = slice(80, 92)
INSTRUMENT = slice(92, 95)
KIND = slice(95, 99)  # onset, duration, note, control
POSITION_PERIODS = (3, 4, 5, 7, 11, 18, 40, 128)
AMPLITUDE = 0.08
SHARPNESS = 3.0  # of the attention to the id two places back
COPIED = 24  # columns of times that each of the three heads copies


def waves(count: int, periods: torch.Tensor) -> torch.Tensor:
    """Row t has cosine and sine of t, one after the other, for each period.  # [count, 2 × periods]"""
    angles = 2 * math.pi * torch.arange(count)[:, None] / periods
    return AMPLITUDE * torch.stack([angles.cos(), angles.sin()], 2).flatten(1)


def main() -> None:
    torch.manual_seed(0)
    config = DecoderConfig(VOCABULARY, SIZE, LAYERS, WIDTH, HEADS, 4 * WIDTH, WINDOW, "learned")
    model = Decoder(config)
    times = torch.logspace(math.log10(4), math.log10(16_000), 32)  # from 40 ms to 160 s
    positions = torch.tensor(POSITION_PERIODS, dtype=torch.float32)
    intervals = torch.tensor([12, 12 / 7, 3, 4, 256, 64], dtype=torch.float32)  # octave, circle of fifths, thirds, height
    with torch.no_grad():
        rows = model.wte.weight
        rows[:, : WIDTH - 13] = 0
        for control, first in enumerate((0, CONTROLS)):
            duration, note = first + ONSETS, first + ONSETS + DURATIONS
            rows[first:duration, TIME] = waves(ONSETS, times)
            rows[duration:note, TIME] = waves(DURATIONS, times)
            rows[note : note + NOTES, PITCH] = waves(PITCHES, intervals).repeat(INSTRUMENTS, 1)
            for instrument in range(INSTRUMENTS):
                start = note + instrument * PITCHES
                rows[start : start + PITCHES, INSTRUMENT.start + instrument] = 2 * AMPLITUDE
            for kind, (start, end) in enumerate(((first, duration), (duration, note), (note, note + NOTES + 1 - control))):
                rows[start:end, KIND.start + kind] = 2 * AMPLITUDE
                rows[start:end, KIND.start + 3] = 2 * AMPLITUDE * control
        model.wpe.weight.zero_()
        model.wpe.weight[:, POSITION] = waves(WINDOW, positions)

        attention = model.h[0].attn
        query, key, value = attention.c_attn.weight.chunk(3, 1)  # [WIDTH, WIDTH] each
        for head in range(3):
            columns = slice(head * HEAD, (head + 1) * HEAD)
            for part in (query, key, value):
                part[:, columns] = 0
            for wave, period in enumerate(POSITION_PERIODS):
                cosine, sine = POSITION.start + 2 * wave, POSITION.start + 2 * wave + 1
                at = head * HEAD + 2 * wave
                turn = 2 * math.pi * 2 / period
                query[cosine, at], query[sine, at] = SHARPNESS * math.cos(turn), SHARPNESS * math.sin(turn)
                query[cosine, at + 1], query[sine, at + 1] = -SHARPNESS * math.sin(turn), SHARPNESS * math.cos(turn)
                key[cosine, at], key[sine, at + 1] = 1, 1
            for column in range(min(COPIED, TIME.stop - head * COPIED)):
                value[head * COPIED + column, head * HEAD + column] = 1
                attention.c_proj.weight[head * HEAD + column, head * COPIED + column] = 0.3
    write_checkpoint(Path(sys.argv[1]), config, model.state_dict(), torch.float32)


main()
