"""What is like a report near by: the same category, within 150 m and 30 days."""

from __future__ import annotations

from datetime import timedelta
from math import asin, ceil, cos, degrees, radians, sin, sqrt
from typing import TYPE_CHECKING, Any

from sqlalchemy import literal, select

from data_access import conditions as where
from data_access.columns import grid_cell
from data_access.grid import GRID_DEGREES, cells_of
from data_access.records import Status
from data_access.review_parts import rows_of
from data_access.review_records import Similar, SimilarReport
from data_access.schema import reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data_access.records import Filters
    from data_access.reports import Reports

NEAR_M = 150
NEAR_TIME = timedelta(days=30)
STEP_M = 50
MOST_SIMILAR = 20

EARTH_M = 6_371_008.8
"""Mean radius of the Earth."""


MOST_IN_BLOCK = 1000


def open_in_block(
    asked: Reports, corner: tuple[float, float], filters: Filters, as_of: datetime
) -> tuple[int, ...]:
    """See ``Review.open_in_block``."""
    inside = [
        grid_cell(column, literal(GRID_DEGREES)).in_(cells_of(degree))
        for column, degree in zip((reports.c.latitude, reports.c.longitude), corner, strict=True)
    ]
    statement = (
        select(reports.c.id)
        .where(
            where.open_at(as_of),
            reports.c.confidential.is_(False),
            reports.c.latitude.between(-90, 90),
            reports.c.longitude.between(-180, 180),
            *inside,
            *where.matching(filters, as_of),
        )
        .order_by(reports.c.id)
        .limit(MOST_IN_BLOCK)
    )
    return tuple(row[0] for row in rows_of(asked, statement))


def near(asked: Reports, known: Any, as_of: datetime, see_confidential: bool) -> Similar:
    """Reports like a known one: in a box first, by an index of times, then by the distance.

    Args:
        known: its row, with id, category, reporter, position and moment of receipt.
    """
    if not placed(known) or known.category_id is None:
        return Similar((), 0)
    others = [
        (other, distance)
        for other in _in_box(asked, known, as_of, see_confidential)
        if (distance := metres(known, other)) <= NEAR_M
    ]
    shown = [pair for pair in others if not _same_person(known, pair[0])]
    shown.sort(key=lambda pair: (abs(pair[0].created_at - known.created_at), pair[0].ticket))
    return Similar(
        reports=tuple(_similar_report(*pair) for pair in shown[:MOST_SIMILAR]),
        repeated=len(others) - len(shown),
    )


def _in_box(asked: Reports, known: Any, as_of: datetime, see_confidential: bool) -> Sequence[Any]:
    north = 1.001 * degrees(NEAR_M / EARTH_M)
    east = north / max(cos(radians(known.latitude)), 1e-6)
    shown = () if see_confidential else (reports.c.confidential.is_(False),)
    statement = select(
        reports.c.ticket,
        reports.c.created_at,
        reports.c.latitude,
        reports.c.longitude,
        reports.c.reporter_id,
        reports.c.anonymous,
        reports.c.confidential,
        where.status_at(as_of).label("status"),
    ).where(
        where.readable_by(as_of),
        reports.c.category_id == known.category_id,
        reports.c.id != known.id,
        reports.c.created_at.between(known.created_at - NEAR_TIME, known.created_at + NEAR_TIME),
        reports.c.latitude.between(known.latitude - north, known.latitude + north),
        reports.c.longitude.between(known.longitude - east, known.longitude + east),
        *shown,
    )
    return rows_of(asked, statement)


def _same_person(known: Any, other: Any) -> bool:
    """Told only of reports that stand under a name: the others count for no reporter."""
    named = not (known.anonymous or other.anonymous or known.confidential or other.confidential)
    same: bool = known.reporter_id is not None and known.reporter_id == other.reporter_id
    return named and same


def _similar_report(other: Any, distance: float) -> SimilarReport:
    return SimilarReport(
        ticket=other.ticket,
        status=Status(other.status),
        received=other.created_at,
        within_m=max(1, ceil(distance / STEP_M)) * STEP_M,
    )


def metres(one: Any, other: Any) -> float:
    """Great-circle distance of two rows with ``latitude`` and ``longitude`` (haversine)."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    scale = cos(radians(one.latitude)) * cos(radians(other.latitude))
    chord = sin(north / 2) ** 2 + scale * sin(east / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def placed(row: Any) -> bool:
    """Has a position, and one that can be."""
    if row.latitude is None or row.longitude is None:
        return False
    return bool(-90 <= row.latitude <= 90 and -180 <= row.longitude <= 180)
