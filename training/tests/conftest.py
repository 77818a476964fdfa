from __future__ import annotations

from pathlib import Path

import pytest
import torch
from synthetic import melody, write_dataset

torch.set_num_threads(1)  # the models are tiny: more threads are slower


@pytest.fixture()
def dataset_folder(tmp_path: Path) -> Path:
    """Five short melodies at different pitches."""
    return write_dataset(tmp_path / "data", [melody(30 + 7 * index, 50 + index) for index in range(5)])
