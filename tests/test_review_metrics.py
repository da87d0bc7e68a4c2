"""Statistics of the desk against lifelines and scipy."""

from __future__ import annotations

from datetime import date
from random import Random

import numpy as np
import pytest
from lifelines import KaplanMeierFitter
from scipy.stats import binom

from data_access.metrics import (
    CURVE_POINTS,
    funnel_limits,
    standing,
    survival,
    survival_curve,
    trend,
)
from data_access.records import Share
from data_access.review_records import Position


def some_waits(seed: int, size: int, steps: int) -> tuple[list[float], list[bool]]:
    """Waits of which many are equal, a third of them not ended."""
    random = Random(seed)
    waits = [float(random.randrange(steps)) * 600 for _ in range(size)]
    return waits, [random.random() < 0.67 for _ in range(size)]


@pytest.mark.parametrize(("size", "steps"), [(1, 5), (7, 3), (60, 20), (180, 5000)])
@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_that_of_lifelines(seed: int, size: int, steps: int) -> None:
    waits, ended = some_waits(seed, size, steps)
    curve = survival_curve(waits, ended)
    fitted = KaplanMeierFitter().fit(waits, ended)
    wanted = fitted.survival_function_at_times(curve.seconds[1:]).to_numpy()
    assert curve.seconds[0] == 0.0
    assert curve.waiting[0] == 1.0
    assert np.allclose(curve.waiting[1:], wanted)
    events = sorted({wait for wait, end in zip(waits, ended, strict=True) if end})
    assert list(curve.seconds[1:]) == events
    assert curve.last_s == max(waits)
    assert curve.survival == survival(waits, ended)
    told = curve.survival.median
    reached = [time for time, left in zip(events, wanted, strict=True) if left <= 0.5 + 1e-9]
    assert (told.total_seconds() if told is not None else None) == next(iter(reached), None)


def test_a_long_curve_is_thinned_without_being_moved() -> None:
    waits, ended = some_waits(1, 20_000, 10**7)
    curve = survival_curve(waits, ended)
    assert len(curve.seconds) <= CURVE_POINTS + 1
    fitted = KaplanMeierFitter().fit(waits, ended)
    wanted = fitted.survival_function_at_times(curve.seconds[1:]).to_numpy()
    assert np.allclose(curve.waiting[1:], wanted)
    assert max(-np.diff(curve.waiting)) < 2 / CURVE_POINTS
    last = max(wait for wait, end in zip(waits, ended, strict=True) if end)
    assert curve.seconds[-1] == last


@pytest.mark.parametrize("waits", [[], [5.0, 7.0]])
def test_a_curve_without_an_end_stays_up(waits: list[float]) -> None:
    curve = survival_curve(waits, [False] * len(waits))
    assert (curve.seconds, curve.waiting) == ((0.0,), (1.0,))
    assert curve.last_s == max(waits, default=0.0)
    assert curve.survival.median is None


@pytest.mark.parametrize("n", [1, 2, 9, 10, 37, 250, 3000, 100_000])
@pytest.mark.parametrize("hits", [1, 5, 40, 81, 95, 99])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_funnel_limits_are_scipys_quantiles(n: int, hits: int, level: float) -> None:
    found = funnel_limits(Share(hits, 100), n, level)
    tail = (1 - level) / 2
    low, high = binom.ppf([tail, 1 - tail], n, hits / 100)
    assert found == (low / n, high / n)


def test_a_funnel_at_its_ends() -> None:
    assert funnel_limits(Share(0, 0), 10) is None
    assert funnel_limits(Share(5, 10), 0) is None
    assert funnel_limits(Share(0, 10), 7) == (0.0, 0.0)
    assert funnel_limits(Share(10, 10), 7) == (1.0, 1.0)


@pytest.mark.parametrize("hits", range(60, 101))
def test_where_a_share_stands(hits: int) -> None:
    outer_low, low, high, outer_high = binom.ppf([0.001, 0.025, 0.975, 0.999], 100, 0.8)
    wanted = Position.WITHIN
    if hits < low:
        wanted = Position.FAR_BELOW if hits < outer_low else Position.BELOW
    if hits > high:
        wanted = Position.FAR_ABOVE if hits > outer_high else Position.ABOVE
    found = standing(Share(hits, 100), Share(800, 1000))
    assert found.position is wanted
    assert found.enough


def test_below_ten_cases_nothing_is_said() -> None:
    assert standing(Share(0, 9), Share(800, 1000)).position is Position.TOO_FEW
    assert standing(Share(0, 10), Share(800, 1000)).enough
    assert standing(Share(0, 0), Share(800, 1000)).interval is None
    assert standing(Share(5, 20), Share(0, 0)).limits_95 is None


def months(count: int) -> list[date]:
    return [date(2021 + n // 12, n % 12 + 1, 1) for n in range(count)]


def test_use_that_falls_and_since_when() -> None:
    told = trend(months(36), [10] * 28 + [4] * 8)
    assert (told.last_12, told.before_12, told.falling) == (72, 120, True)
    assert told.change == pytest.approx(-0.4)
    assert told.since == date(2023, 5, 1)


@pytest.mark.parametrize(
    "counts",
    [
        [10] * 36,
        [10] * 24 + [11] * 12,
        [2] * 24 + [1] * 6 + [2] * 6,  # six less of forty-two: chance does as much
        [0] * 36,
        [],
        [5] * 14,
    ],
)
def test_use_that_does_not_fall(counts: list[int]) -> None:
    assert not trend(months(len(counts)), counts).falling


def test_a_fall_that_is_over_began_nowhere() -> None:
    assert trend(months(36), [10] * 24 + [2] * 9 + [12] * 3).since is None


def test_without_an_earlier_year_there_is_no_change() -> None:
    assert trend(months(20), [10] * 20).change is None
    assert trend(months(36), [0] * 24 + [3] * 12).change is None
