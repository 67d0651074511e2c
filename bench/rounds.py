"""Rounds: everything that is compared takes its turn in each of them, and medians are what counts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, replace
from statistics import median

from bench.load import Load, Result
from bench.servers import ROOT, module

Figures = dict[str, list[Result]]


def measured(load: Load) -> Result:
    """One load, posted by a process of its own."""
    done = subprocess.run(
        module("bench.load"), input=json.dumps(asdict(load)), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the generator failed:\n{done.stderr[-3000:]}")
    return Result(**json.loads(done.stdout))


def interleaved(loads: Mapping[str, Load], rounds: int) -> Figures:
    """Every load once a round, each time with other words."""
    figures: Figures = {name: [] for name in loads}
    for number in range(rounds):
        for name, load in loads.items():
            figures[name].append(measured(replace(load, seed=load.seed + number)))
    return figures


def middle(results: list[Result], what: str) -> float:
    """The median over rounds."""
    return float(median(getattr(result, what) for result in results))


def table(figures: Figures, unit: str) -> str:
    """What to print: medians, and what they are as multiples of this one."""
    wide = max(len(name) for name in figures) + 2
    heads = ("msg/s", "CPU us", "db us", "p50 ms", "p99 ms", "rate x", "CPU x", "failed")
    lines = [" " * wide + "".join(f"{head:>9}" for head in heads)]
    for name, results in figures.items():
        rate, cpu = middle(results, "rate"), middle(results, "cpu_us")
        lines.append(
            f"{name:{wide}}{rate:9.0f}{cpu:9.0f}{middle(results, 'database_us'):9.0f}{middle(results, 'p50'):9.2f}"
            f"{middle(results, 'p99'):9.2f}{rate / middle(figures[unit], 'rate'):9.3f}"
            f"{cpu / middle(figures[unit], 'cpu_us'):9.2f}{sum(result.failed for result in results):9d}"
        )
    return "\n".join(lines)
