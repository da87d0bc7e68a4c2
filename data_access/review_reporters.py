"""The reports of one reporter who stays unknown: found by rank, or by another report of theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from data_access import conditions as where
from data_access.columns import unindexed
from data_access.records import ALL
from data_access.review_lists import MOST_ROWS, report_rows
from data_access.review_parts import asked_about, rows_of
from data_access.review_records import Page, ReportRow
from data_access.schema import reports

if TYPE_CHECKING:
    from datetime import datetime

    from data_access.records import Filters
    from data_access.reports import Reports

NOBODY: Page[ReportRow] = Page((), 0, 0)


def of_rank(
    asked: Reports, rank: int, filters: Filters, as_of: datetime, offset: int, limit: int
) -> Page[ReportRow]:
    """See ``Review.of_rank``; the ranking is that of ``Reports.top_reporters``."""
    if not 1 <= rank <= MOST_ROWS:
        return NOBODY
    statement = (
        select(reports.c.reporter_id)
        .where(*_named(filters, as_of))
        .group_by(reports.c.reporter_id)
        .order_by(func.count().desc(), reports.c.reporter_id)
        .offset(rank - 1)
        .limit(1)
    )
    found = rows_of(asked, statement)
    return _page(asked, found[0][0], filters, as_of, offset, limit) if found else NOBODY


def of_same_reporter(
    asked: Reports, ticket: str, as_of: datetime, offset: int, limit: int
) -> Page[ReportRow]:
    """See ``Review.of_same_reporter``."""
    statement = select(reports.c.reporter_id).where(
        where.one_of(reports.c.ticket, [ticket]), *_named(ALL, as_of)
    )
    found = rows_of(asked, statement)
    return _page(asked, found[0][0], ALL, as_of, offset, limit) if found else NOBODY


def _named(filters: Filters, as_of: datetime) -> list[where.Condition]:
    """Reports that count for their reporter: anonymous and confidential ones for nobody."""
    return [
        reports.c.reporter_id.is_not(None),
        reports.c.anonymous.is_(False),
        reports.c.confidential.is_(False),
        *asked_about(as_of, filters),
    ]


def _page(
    asked: Reports, reporter: int, filters: Filters, as_of: datetime, offset: int, limit: int
) -> Page[ReportRow]:
    """Newest first. One person's reports are few enough to be read as numbers, and counted."""
    created = unindexed(reports.c.created_at)
    statement = (
        select(reports.c.id)
        .where(reports.c.reporter_id == reporter, *_named(filters, as_of))
        .order_by(created.desc(), reports.c.id.desc())
    )
    ids = [row[0] for row in rows_of(asked, statement)]
    offset, limit = max(0, offset), max(0, min(limit, MOST_ROWS))
    shown = ids[offset : offset + limit]
    return Page(report_rows(asked, shown, as_of, see_confidential=False), offset, len(ids))
