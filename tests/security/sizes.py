"""How long the seeded tests go on: a little in every run, as long as it takes with `make fuzz`."""

from __future__ import annotations

import os
import random


def size(name: str, usual: int) -> int:
    """So many steps, unless SCRM_<name> says another number."""
    return int(os.environ.get(f"SCRM_{name}", usual))


def chance() -> random.Random:
    """The run's chance; what it began with is printed, and SCRM_SEED=… begins with it again."""
    seed = int(os.environ.get("SCRM_SEED", "20260318"))
    print(f"SCRM_SEED={seed}")
    return random.Random(seed)
