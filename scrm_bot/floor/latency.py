"""How long things took: shares of measured times, and of histograms that a process keeps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_BUCKET = re.compile(r'^(\w+)_bucket\{.*?le="([^"]+)".*?\} (\S+)$', re.M)


def share(times: Iterable[float], part: float) -> float:
    """So many of them took no longer than this: 0.5 for the median. 0.0 if there are none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


@dataclass(slots=True)
class Histogram:
    """Counts below bounds, added up over processes and their lives."""

    below: dict[float, float] = field(default_factory=dict)

    def add(self, metrics: str, name: str) -> None:
        """The histogram of this name out of a Prometheus text."""
        for found, bound, count in _BUCKET.findall(metrics):
            if found == name:
                self.below[float(bound)] = self.below.get(float(bound), 0.0) + float(count)

    @property
    def count(self) -> int:
        """All of them."""
        return int(max(self.below.values(), default=0))

    def share(self, part: float) -> float:
        """Like `share`, on a straight line within the bucket; the last bound for what is beyond it."""
        wanted, least, before = part * self.count, 0.0, 0.0
        for bound, count in sorted(self.below.items()):
            if count >= wanted and count > before:
                if bound == float("inf"):
                    return least
                return least + (bound - least) * (wanted - before) / (count - before)
            least, before = bound, count
        return least
