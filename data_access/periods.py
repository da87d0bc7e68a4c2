"""Days, months and years of the screen's zone, as half-open spans of moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from data_access.records import WIB


@dataclass(frozen=True)
class Span:
    """From ``start`` (inclusive) to ``end`` (exclusive), both aware."""

    start: datetime
    end: datetime


def utc_now() -> datetime:
    """The clock's moment."""
    return datetime.now(UTC)


def midnight(day: date) -> datetime:
    """The moment at which a day begins in WIB."""
    return datetime.combine(day, time(), tzinfo=WIB)


def local_day(moment: datetime) -> date:
    """The calendar day in WIB."""
    return moment.astimezone(WIB).date()


BLOCK_S = 3 * 3600
"""Seconds of a block, by which roll-ups count."""


def block_of(moment: datetime) -> int:
    """Number of the block that a moment lies in, counted from 1970."""
    return int(moment.timestamp() // BLOCK_S)


def block_start(number: int) -> datetime:
    """The moment at which a block begins."""
    return datetime.fromtimestamp(number * BLOCK_S, UTC)


def months_until(as_of: datetime, count: int) -> list[date]:
    """First days of the last ``count`` months, oldest first, with the one that is running."""
    today = local_day(as_of)
    last = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(last - count + 1, last + 1)]


def month_span(month: date) -> Span:
    """The month in WIB."""
    following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Span(midnight(month), midnight(following))


def year_span(year: int) -> Span:
    """The year in WIB."""
    return Span(midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1)))
