"""Percentiles of samples."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(samples: Sequence[float], percent: float) -> float | None:
    """Return the nearest-rank percentile; ``None`` if there are no samples."""
    if not samples:
        return None
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


def summary(samples: Sequence[float]) -> dict[str, float | int | None]:
    """Return the median, the 95th percentile, the maximum (rounded to a tenth) and the count."""
    numbers = {"p50": percentile(samples, 50), "p95": percentile(samples, 95), "max": percentile(samples, 100)}
    rounded = {name: None if number is None else round(number, 1) for name, number in numbers.items()}
    return {**rounded, "count": len(samples)}
