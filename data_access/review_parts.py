"""What the desk's questions share: spans, which reports they are about, and citizens' words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, literal, select, union_all

from data_access import conditions as where
from data_access.deadline import ask
from data_access.schema import escalations, reports
from data_access.statements import received

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Executable

    from data_access.periods import Span
    from data_access.records import Filters
    from data_access.reports import Reports


def rows_of(asked: Reports, statement: Executable) -> Sequence[Any]:
    """The rows that answer one question, within the limits of the wall's."""
    return ask(asked.engine, statement)


@lru_cache(maxsize=64)
def span_table(spans: tuple[Span, ...]) -> Any:
    """A table of the spans, numbered, to be joined with: an index then leads to each one's rows."""
    rows = [
        select(
            literal(number).label("number"),
            where.moment(span.start).label("start"),
            where.moment(span.end).label("end"),
        )
        for number, span in enumerate(spans)
    ]
    return union_all(*rows).cte("spans")


def inside(spans: Any, moment: ColumnElement[Any]) -> where.Condition:
    """The moment lies in the span of a ``span_table``."""
    return and_(moment >= spans.c.start, moment < spans.c.end)


def asked_about(
    as_of: datetime, filters: Filters, window: timedelta | None = None
) -> list[where.Condition]:
    """The reports that a question is about: received so, and matching the filters.

    All that an agency ever had are looked up from its hops, not by looking at every report.
    """
    if filters.agencies and filters.since is None and window is None:
        others = replace(filters, agencies=(), hops=())
        return [
            where.readable_by(as_of),
            forwarded_to(filters, as_of),
            *where.matching(others, as_of),
        ]
    others = replace(filters, since=None, until=None)
    return [received(window, as_of, filters), *where.matching(others, as_of)]


def forwarded_to(filters: Filters, as_of: datetime) -> where.Condition:
    """Forwarded to one of the filters' agencies by the moment."""
    passed = select(escalations.c.report_id).where(where.handed_on(filters, as_of))
    return reports.c.id.in_(passed)


def first_pass(as_of: datetime) -> where.Condition:
    """Of an escalation: forwarded by the moment, and no earlier one of the pair was.

    So each report counts once for each of its agencies.
    """
    earlier = escalations.alias("earlier")
    again = select(1).where(
        earlier.c.report_id == escalations.c.report_id,
        earlier.c.agency_id == escalations.c.agency_id,
        earlier.c.id < escalations.c.id,
        where.happened(earlier.c.forwarded_at, as_of),
    )
    return and_(
        where.happened(escalations.c.forwarded_at, as_of), ~again.correlate(escalations).exists()
    )


def as_typed(text: str | None) -> str | None:
    """A citizen's words without what no page or file can hold: NUL, and halves of pairs."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode()
