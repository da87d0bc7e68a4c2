"""What the desk's questions share: counts in SQL, and how rows become shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, literal, not_, select, union_all

from data_access import conditions as where
from data_access.deadline import ask
from data_access.records import OnTime
from data_access.schema import reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Executable

    from data_access.periods import Span
    from data_access.records import Filters
    from data_access.reports import Reports


def rows_of(asked: Reports, statement: Executable) -> Sequence[Any]:
    """The rows that answer one question, within the limits of the wall's."""
    return ask(asked.engine, statement)


def tally(condition: where.Condition) -> ColumnElement[int]:
    """How many rows it holds of."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def on_time_counts(as_of: datetime, rule: where.Rule) -> list[ColumnElement[int]]:
    """Five columns for ``on_time``."""
    due = where.due_by(as_of, rule)
    answered = where.answered_by(as_of)
    met = where.met_deadline(rule)
    overdue = and_(where.unanswered_at(as_of), where.past_deadline(as_of, rule))
    return [
        tally(and_(due, answered, met)).label("met"),
        tally(and_(due, answered, not_(met))).label("missed"),
        tally(overdue).label("late"),
        tally(not_(where.has_deadline(rule))).label("without_deadline"),
        func.count(reports.c.id).label("n"),
    ]


def on_time(counts: Sequence[Any]) -> OnTime:
    """The record of the five counts."""
    met, missed, overdue, without, n = (int(value or 0) for value in counts)
    return OnTime(met, missed, overdue, n - met - missed - overdue - without, without)


def span_table(spans: Sequence[Span]) -> Any:
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


def inside(span: Any) -> where.Condition:
    """A report came in the span of a ``span_table``."""
    return and_(reports.c.created_at >= span.c.start, reports.c.created_at < span.c.end)


def within(window: timedelta | None, as_of: datetime, filters: Filters) -> list[where.Condition]:
    """The window before the moment, unless the filters set a period."""
    if window is None or filters.since is not None:
        return []
    return [reports.c.created_at > as_of - window]


def as_typed(text: str | None) -> str | None:
    """A citizen's words without what no page or file can hold: NUL, and halves of pairs."""
    if text is None:
        return None
    return text.replace("\0", "").encode("utf-8", "replace").decode()
