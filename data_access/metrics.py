"""Statistics of the figures: pure functions of numbers."""

from __future__ import annotations

from datetime import timedelta
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from data_access.records import Share, Survival

if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH_CASES = 10
"""Below it a share of an agency says nothing: "belum cukup data"."""

Z_95 = 1.959963984540054


def survival(seconds: Sequence[float] | np.ndarray, ended: Sequence[bool] | np.ndarray) -> Survival:
    """Kaplan-Meier median and 90th percentile of waiting times.

    Args:
        seconds: how long each case has waited, or waited until it ended.
        ended: whether it did; the others are censored at their present age.
    """
    waits = np.asarray(seconds, dtype=float)
    events = np.asarray(ended, dtype=bool)
    times, counts = np.unique(waits[events], return_counts=True)
    at_risk = len(waits) - np.searchsorted(np.sort(waits), times, side="left")
    curve = np.cumprod(1.0 - counts / np.maximum(at_risk, 1))
    return Survival(
        median=_first_below(times, curve, 0.5),
        p90=_first_below(times, curve, 0.1),
        n=len(waits),
        events=int(events.sum()),
    )


def _first_below(times: np.ndarray, curve: np.ndarray, level: float) -> timedelta | None:
    reached = np.flatnonzero(curve <= level + 1e-12)
    return timedelta(seconds=float(times[reached[0]])) if len(reached) else None


def wilson(share: Share, z: float = Z_95) -> tuple[float, float] | None:
    """Wilson's score interval of a share, 95 % by default; ``None`` without cases."""
    if not share.n:
        return None
    p, n = share.hits / share.n, share.n
    middle = p + z * z / (2 * n)
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
