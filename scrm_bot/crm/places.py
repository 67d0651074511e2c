"""Places as phones tell them, and how far they are from each other."""

from __future__ import annotations

import math
from dataclasses import dataclass

RADIUS = 6_371_000.0  # metres
DEGREE = math.pi * RADIUS / 180  # metres to a degree of latitude


@dataclass(frozen=True, slots=True)
class Place:
    """In degrees; all places here are GCJ-02, the one system that phones in China speak."""

    latitude: float
    longitude: float
    name: str = ""

    @property
    def exists(self) -> bool:
        """On this earth; (0, 0) is what a phone says that does not know."""
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180 and (self.latitude, self.longitude) != (0, 0)

    def metres_to(self, other: Place) -> int:
        """The way of a bird (haversine)."""
        here, there = math.radians(self.latitude), math.radians(other.latitude)
        up, along = there - here, math.radians(other.longitude - self.longitude)
        a = math.sin(up / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(along / 2) ** 2
        return round(2 * RADIUS * math.asin(min(1.0, math.sqrt(a))))

    def box(self, metres: float) -> tuple[float, float, float, float]:
        """South, north, west, east of all that is so near."""
        up = metres / DEGREE
        along = up / max(math.cos(math.radians(self.latitude)), 0.01)
        return self.latitude - up, self.latitude + up, self.longitude - along, self.longitude + along
