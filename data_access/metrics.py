"""Statistics of the figures: pure functions of numbers."""

from __future__ import annotations

from datetime import timedelta
from math import ceil, log, sqrt
from typing import TYPE_CHECKING

import numpy as np

from data_access.records import Share, Survival
from data_access.review_records import Curve, Position, Standing, Trend

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

ENOUGH_CASES = 10
"""Below it a share of an agency says nothing: "belum cukup data"."""

Z_95 = 1.959963984540054

CURVE_POINTS = 200
"""A curve is drawn with no more; the eye sees no difference."""


def survival(seconds: Sequence[float] | np.ndarray, ended: Sequence[bool] | np.ndarray) -> Survival:
    """Kaplan-Meier median and 90th percentile of waiting times.

    Args:
        seconds: how long each case has waited, or waited until it ended.
        ended: whether it did; the others are censored at their present age.
    """
    waits, events, times, waiting = _kaplan_meier(seconds, ended)
    return _survival(waits, events, times, waiting)


def survival_curve(seconds: Sequence[float], ended: Sequence[bool]) -> Curve:
    """The whole Kaplan-Meier curve, thinned to ``CURVE_POINTS`` points; arguments as above."""
    waits, events, times, waiting = _kaplan_meier(seconds, ended)
    kept = _thinned(waiting)
    return Curve(
        survival=_survival(waits, events, times, waiting),
        seconds=(0.0, *times[kept].tolist()),
        waiting=(1.0, *waiting[kept].tolist()),
        last_s=float(waits.max()) if len(waits) else 0.0,
    )


def _kaplan_meier(
    seconds: Sequence[float] | np.ndarray, ended: Sequence[bool] | np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Waits, whether they ended, the times of the ends, and the share waiting after each."""
    waits = np.asarray(seconds, dtype=float)
    events = np.asarray(ended, dtype=bool)
    times, counts = np.unique(waits[events], return_counts=True)
    at_risk = len(waits) - np.searchsorted(np.sort(waits), times, side="left")
    return waits, events, times, np.cumprod(1.0 - counts / np.maximum(at_risk, 1))


def _survival(
    waits: np.ndarray, events: np.ndarray, times: np.ndarray, waiting: np.ndarray
) -> Survival:
    return Survival(
        median=_first_below(times, waiting, 0.5),
        p90=_first_below(times, waiting, 0.1),
        n=len(waits),
        events=int(events.sum()),
    )


def _thinned(waiting: np.ndarray) -> np.ndarray:
    """Indices of points that are about equally far apart in height, the last one among them."""
    if len(waiting) <= CURVE_POINTS:
        return np.arange(len(waiting))
    heights = np.linspace(1.0, waiting[-1], CURVE_POINTS)
    return np.unique(np.searchsorted(-waiting, -heights).clip(max=len(waiting) - 1))


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


def funnel_limits(expected: Share, n: int, level: float = 0.95) -> tuple[float, float] | None:
    """Between which shares chance alone keeps ``n`` cases of the expected share.

    Exact binomial: outside lies no more than half of what ``level`` leaves on either side. The
    limits themselves lie inside. ``None`` without cases, or where nothing is expected.
    """
    p = expected.value
    if p is None or not n:
        return None
    if p in {0.0, 1.0}:
        return p, p
    first, chances = _binomial(n, p)
    tail = (1 - level) / 2
    low, high = (int(np.searchsorted(chances, edge, side="left")) for edge in (tail, 1 - tail))
    return (first + low) / n, (first + high) / n


def _binomial(n: int, p: float) -> tuple[int, np.ndarray]:
    """The first count of hits worth counting, and the chances of at most so many, from it on."""
    spread = 12 * sqrt(n * p * (1 - p)) + 12
    first, last = max(0, int(n * p - spread)), min(n, ceil(n * p + spread))
    hits = np.arange(first, last, dtype=float)
    steps = np.log((n - hits) / (hits + 1)) + log(p / (1 - p))
    heights = np.concatenate([[0.0], np.cumsum(steps)])
    chances = np.exp(heights - heights.max())
    return first, np.cumsum(chances) / chances.sum()


def standing(share: Share, expected: Share) -> Standing:
    """A share against the city's own by the funnel's limits."""
    inner, outer = (funnel_limits(expected, share.n, level) for level in (0.95, 0.998))
    return Standing(
        share=share,
        interval=wilson(share),
        expected=expected,
        limits_95=inner,
        limits_998=outer,
        position=_position(share, inner, outer),
    )


def _position(
    share: Share, inner: tuple[float, float] | None, outer: tuple[float, float] | None
) -> Position:
    value = share.value
    if value is None or inner is None or outer is None or share.n < ENOUGH_CASES:
        return Position.TOO_FEW
    if value < inner[0]:
        return Position.FAR_BELOW if value < outer[0] else Position.BELOW
    if value > inner[1]:
        return Position.FAR_ABOVE if value > outer[1] else Position.ABOVE
    return Position.WITHIN


def trend(months: Sequence[date], counts: Sequence[int]) -> Trend:
    """Whether use falls, and since when (see ``Trend``).

    Args:
        months: first days of complete months, oldest first, without gaps.
        counts: what came in each of them.
    """
    last, before = sum(counts[-12:]), sum(counts[-24:-12])
    compared = len(counts) >= 24
    return Trend(
        last_12=last,
        before_12=before,
        change=last / before - 1 if compared and before else None,
        falling=compared and before - last > Z_95 * sqrt(before + last),
        since=_lower_since(months, counts),
    )


def _lower_since(months: Sequence[date], counts: Sequence[int]) -> date | None:
    """The first month of the last run of three-month sums below those of a year before."""
    since = None
    for month in range(len(counts) - 1, 13, -1):
        now, then = (sum(counts[end - 2 : end + 1]) for end in (month, month - 12))
        if now >= then:
            break
        since = months[month]
    return since
