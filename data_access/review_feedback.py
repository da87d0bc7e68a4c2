"""Feedback: the agencies' claims against the citizens' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from data_access import conditions as where
from data_access.metrics import wilson
from data_access.records import AGENCY_WINDOW, Share
from data_access.review_parts import first_pass, rows_of
from data_access.review_records import FeedbackReview, FeedbackRow
from data_access.schema import agencies, categories, escalations, feedback, reports
from data_access.statements import tally

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from data_access.records import Filters
    from data_access.reports import Reports


def review(asked: Reports, filters: Filters, as_of: datetime) -> FeedbackReview:
    """See ``Review.feedback``: of the last 90 days' finishes, unless the filters set a period."""
    finished = _finished(filters, as_of)
    said = _opinions(finished, as_of)
    sources = finished.outerjoin(said, said.c.report_id == finished.c.id).join(
        categories, categories.c.id == finished.c.category_id
    )
    return FeedbackReview(
        city=in_one_row(asked, filters, as_of),
        agencies=by_agency(asked, filters, as_of),
        categories=_feedback_rows(asked, sources, finished, said, categories.c.name),
    )


def by_agency(asked: Reports, filters: Filters, as_of: datetime) -> tuple[FeedbackRow, ...]:
    """The feedback of the reports ever forwarded to each agency."""
    finished = _finished(filters, as_of)
    said = _opinions(finished, as_of)
    sources = (
        finished.outerjoin(said, said.c.report_id == finished.c.id)
        .join(escalations, and_(escalations.c.report_id == finished.c.id, first_pass(as_of)))
        .join(agencies, agencies.c.id == escalations.c.agency_id)
    )
    return _feedback_rows(asked, sources, finished, said, agencies.c.abbreviation)


def in_one_row(asked: Reports, filters: Filters, as_of: datetime, name: str = "") -> FeedbackRow:
    """The feedback of all the filters' reports in one row."""
    finished = _finished(filters, as_of)
    said = _opinions(finished, as_of)
    joined = finished.outerjoin(said, said.c.report_id == finished.c.id)
    counts = rows_of(asked, select(*_feedback_counts(finished, said)).select_from(joined))[0]
    return _feedback_row(name, counts)


def _finished(filters: Filters, as_of: datetime) -> Any:
    """Reports whose finish is asked about; the conditions are those of ``Reports.satisfaction``."""
    finish = where.finish_at(as_of)
    period = () if filters.since else where.finished_between(as_of - AGENCY_WINDOW, None, as_of)
    return (
        select(
            reports.c.id,
            reports.c.category_id,
            case((where.done_by(as_of), 1), else_=0).label("done"),
        )
        .where(
            where.readable_by(as_of),
            finish.is_not(None),
            *period,
            *where.matching(filters, as_of),
        )
        .cte("finished")
    )


def _opinions(finished: Any, as_of: datetime) -> Any:
    """What was said of each of them: how often, how often satisfied, and the ratings."""
    return (
        select(
            feedback.c.report_id,
            func.count().label("n"),
            tally(feedback.c.satisfied.is_(True)).label("satisfied"),
            *(tally(feedback.c.rating == stars).label(f"stars_{stars}") for stars in range(1, 6)),
        )
        .join(finished, finished.c.id == feedback.c.report_id)
        .where(where.happened(feedback.c.created_at, as_of))
        .group_by(feedback.c.report_id)
        .subquery("said")
    )


def _feedback_rows(
    asked: Reports, sources: Any, finished: Any, said: Any, key: ColumnElement[str]
) -> tuple[FeedbackRow, ...]:
    statement = select(key, *_feedback_counts(finished, said)).select_from(sources).group_by(key)
    rows = [_feedback_row(row[0], row[1:]) for row in rows_of(asked, statement)]
    return tuple(sorted(rows, key=lambda row: (-row.coverage.n, row.name)))


def _feedback_counts(finished: Any, said: Any) -> list[ColumnElement[int]]:
    done = and_(finished.c.done == 1, said.c.n > 0)
    return [
        func.count(finished.c.id),
        func.count(said.c.report_id),
        func.sum(said.c.n),
        func.sum(said.c.satisfied),
        tally(done),
        tally(and_(done, said.c.satisfied < said.c.n)),
        *(func.sum(said.c[f"stars_{stars}"]) for stars in range(1, 6)),
    ]


def _feedback_row(name: str, counts: Any) -> FeedbackRow:
    finished, covered, said, satisfied, done, contradicted, *stars = (
        int(count or 0) for count in counts
    )
    share = Share(satisfied, said)
    return FeedbackRow(
        name=name,
        satisfied=share,
        interval=wilson(share),
        coverage=Share(covered, finished),
        contradicted=Share(contradicted, done),
        ratings=dict(zip(range(1, 6), stars, strict=True)),
    )
