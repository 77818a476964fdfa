"""Blocks as generation sees them once its cache is full: the first ids of the sequence, then its most recent ones.

Generation keeps the first quarter of the window as an attention sink (Xiao et al. 2023, arXiv 2309.17453) and evicts what
follows; distances count the rows that are left. So the sink of a later block stands right before it, as if nothing were
missing. A part of the blocks is trained like this: their first ids are replaced by earlier ids of their piece.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

FROM_START = 0.5  # share of the sinks that begin with START; the others begin anywhere before their block, as a primer does


@dataclass(frozen=True)
class SinkSplices:
    """Which blocks get a sink, and from where."""

    share: float  # of the blocks that begin at least a sink's length into their piece, from 0 to 1
    length: int  # ids of a sink

    def first_id(self, block_start: int, random: np.random.Generator) -> int | None:
        """Where in its piece the sink of a block begins, or None: the block stays whole.

        block_start  index in the piece of the block's first id; the sink ends at or before the id that follows it in the block
        """
        if block_start < self.length or random.random() >= self.share:
            return None
        return 0 if random.random() < FROM_START else int(random.integers(0, block_start + 1))
