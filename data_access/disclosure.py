"""What is told of counts to readers who must not find out whom they are of.

A count of 1 to 4 is not told, and every other one is told as a multiple of five, be it a part or
a total. So none comes back by subtracting what is shown from a total, on the same page or on
another: differences of multiples of five are such multiples, which no untold count is. Leaving
out a second cell beside each small one would not do here, since a filter or another page shows
that one alone. Zero is told as it is, it is nobody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data_access.records import Share

SMALL = 5
"""Counts below it are not told, and others in multiples of it."""

MANY = 100
"""Among so many cases one percent is a case or more, and five percent are among fewer."""


def is_small(count: int) -> bool:
    """Whether the count is somebody's, and of too few to be told."""
    return 0 < count < SMALL


def told(count: int) -> int | None:
    """The count as it may be told; ``None`` where it may not."""
    return None if is_small(count) else SMALL * round(count / SMALL)


def told_share(share: Share) -> float | None:
    """The share as it may be told: of neither few hits nor few misses, and coarsely."""
    if share.value is None or is_small(share.hits) or is_small(share.n - share.hits):
        return None
    return coarse(share.value, share.n)


def coarse(value: float, n: int) -> float:
    """A share of ``n`` cases in whole percent, or in steps of five percent among fewer than 100."""
    steps = 100 if n >= MANY else 20
    return round(value * steps) / steps
