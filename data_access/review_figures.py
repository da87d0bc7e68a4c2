"""Figures of many reports: the key ones, by month, category, agency and place, and feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from data_access import conditions as where
from data_access.columns import unindexed
from data_access.metrics import survival_curve, wilson
from data_access.periods import month_span
from data_access.records import MonthVolume, OnTime, Share
from data_access.reports import AGENCY_WINDOW, CITY_WINDOW
from data_access.review_parts import (
    asked_about,
    finished_after,
    first_pass,
    inside,
    on_time,
    on_time_counts,
    rows_of,
    span_table,
    tally,
)
from data_access.review_records import (
    Comparison,
    Curve,
    FeedbackReview,
    FeedbackRow,
    GroupRow,
    MonthRow,
    PeriodFigures,
)
from data_access.schema import agencies, areas, categories, escalations, feedback, reports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement

    from data_access.records import Filters
    from data_access.reports import Reports

NOTHING = OnTime(0, 0, 0, 0, 0)

above = areas.alias("above")

# -- key figures ----------------------------------------------------------------------------------


def figures(asked: Reports, filters: Filters, as_of: datetime) -> PeriodFigures:
    """See ``Review.figures``. Where the filters set no period, windows are the wall's."""
    received, done = _counted(asked, filters, as_of)
    opened = asked.open_backlog(as_of, filters)
    said = asked.satisfaction(as_of, filters)
    return PeriodFigures(
        as_of=as_of,
        received=received,
        finished=received - opened,
        open=opened,
        overdue=asked.overdue(as_of, filters),
        on_time=asked.on_time(as_of, filters, CITY_WINDOW),
        acted=Share(done, received),
        answer=asked.time_to_answer(as_of, filters, CITY_WINDOW),
        finish=asked.time_to_finish(as_of, filters, CITY_WINDOW),
        satisfied=said.satisfied,
        coverage=said.coverage,
    )


def _counted(asked: Reports, filters: Filters, as_of: datetime) -> tuple[int, int]:
    statement = select(func.count(), tally(where.done_by(as_of))).where(
        *asked_about(as_of, filters)
    )
    received, done = rows_of(asked, statement.select_from(reports))[0]
    return int(received), int(done)


def compared(
    asked: Reports,
    filters: Filters,
    as_of: datetime,
    other_filters: Filters,
    other_as_of: datetime,
) -> Comparison:
    """See ``Review.compared``."""
    return Comparison(figures(asked, filters, as_of), figures(asked, other_filters, other_as_of))


def answer_curve(
    asked: Reports, filters: Filters, as_of: datetime, window: timedelta | None = AGENCY_WINDOW
) -> Curve:
    """Kaplan-Meier of the time from receipt to the first answer or action."""
    return survival_curve(*asked.answer_times(as_of, filters, window))


def finish_curve(
    asked: Reports, filters: Filters, as_of: datetime, window: timedelta | None = AGENCY_WINDOW
) -> Curve:
    """Kaplan-Meier of the time from receipt to the finish that holds at the moment."""
    return survival_curve(*asked.finish_times(as_of, filters, window))


# -- months ---------------------------------------------------------------------------------------


def by_month(
    asked: Reports, filters: Filters, as_of: datetime, months: int
) -> tuple[MonthRow, ...]:
    """See ``Review.by_month``."""
    volumes = asked.monthly_volume(as_of, filters, months)
    met = _met_by_month(asked, filters, as_of, volumes)
    nothing = (NOTHING, 0)
    return tuple(
        MonthRow(volume, share, Share(done, volume.received))
        for number, volume in enumerate(volumes)
        for share, done in [met.get(number, nothing)]
    )


def _met_by_month(
    asked: Reports, filters: Filters, as_of: datetime, volumes: tuple[MonthVolume, ...]
) -> dict[int, tuple[OnTime, int]]:
    months = span_table([month_span(volume.month) for volume in volumes])
    statement = (
        select(months.c.number, tally(where.done_by(as_of)), *on_time_counts(as_of, asked.rule))
        .select_from(months.join(reports, inside(months)))
        .where(where.readable_by(as_of), *where.matching(filters, as_of))
        .group_by(months.c.number)
    )
    return {row[0]: (on_time(row[2:]), int(row[1])) for row in rows_of(asked, statement)}


# -- groups ---------------------------------------------------------------------------------------


def by_category(asked: Reports, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
    """See ``Review.categories``."""
    names = {row.id: (row.name, row.name) for row in rows_of(asked, select(categories))}
    return _groups(asked, filters, as_of, reports.c.category_id, names)


def by_kelurahan(asked: Reports, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
    """See ``Review.kelurahan``."""
    names = {area.code: (area.code, area.name) for area in asked.areas("kelurahan")}
    return _groups(asked, filters, as_of, reports.c.area_code, names)


def by_kecamatan(asked: Reports, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
    """See ``Review.kecamatan``: the sums of their kelurahan."""
    parents = {area.code: area.parent for area in asked.areas("kelurahan")}
    names = {area.code: area.name for area in asked.areas("kecamatan")}
    grouped: dict[str, list[GroupRow]] = {}
    for row in by_kelurahan(asked, filters, as_of):
        parent = parents.get(row.code)
        if parent in names:
            grouped.setdefault(parent, []).append(row)
    return _ranked([_summed(code, names[code], rows) for code, rows in grouped.items()])


def _summed(code: str, name: str, rows: list[GroupRow]) -> GroupRow:
    counts = OnTime(
        *(
            sum(getattr(row.on_time, part) for row in rows)
            for part in ("met", "missed", "overdue", "not_yet_due", "without_deadline")
        )
    )
    return GroupRow(
        code,
        name,
        received=sum(row.received for row in rows),
        open=sum(row.open for row in rows),
        overdue=sum(row.overdue for row in rows),
        finished=sum(row.finished for row in rows),
        on_time=counts,
        interval=wilson(counts.share),
    )


def _groups(
    asked: Reports,
    filters: Filters,
    as_of: datetime,
    key: ColumnElement[Any],
    names: Mapping[Any, tuple[str, str]],
) -> tuple[GroupRow, ...]:
    """Reports by a column of theirs: each count from the index that leads to few rows."""
    asks = where.matching(filters, as_of)
    late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, asked.rule))
    came = select(key, func.count()).where(*asked_about(as_of, filters)).group_by(key)
    waiting = (
        select(key, func.count(), tally(late))
        .where(where.open_at(as_of), *asks)
        .group_by(unindexed(key))
    )
    met = (
        select(key, *on_time_counts(as_of, asked.rule))
        .where(*asked_about(as_of, filters, AGENCY_WINDOW))
        .group_by(key)
    )
    backlog = {row[0]: (int(row[1]), int(row[2])) for row in rows_of(asked, waiting)}
    shares = {row[0]: on_time(row[1:]) for row in rows_of(asked, met)}
    return _ranked(
        [
            _group(
                names.get(group, (str(group), str(group))),
                received,
                shares.get(group, NOTHING),
                backlog.get(group, (0, 0)),
            )
            for group, received in rows_of(asked, came)
            if group is not None
        ]
    )


def _group(
    named: tuple[str, str], received: int, met: OnTime, backlog: tuple[int, int]
) -> GroupRow:
    opened, overdue = backlog
    return GroupRow(
        *named,
        received=received,
        open=opened,
        overdue=overdue,
        finished=received - opened,
        on_time=met,
        interval=wilson(met.share),
    )


def _ranked(rows: list[GroupRow]) -> tuple[GroupRow, ...]:
    return tuple(sorted(rows, key=lambda row: (-row.received, row.name)))


def by_agency(asked: Reports, filters: Filters, as_of: datetime) -> tuple[GroupRow, ...]:
    """See ``Review.agencies``: forwarded to each, ``open`` and ``overdue`` as in its hands."""
    backlogs = {row.agency: row for row in asked.open_by_agency(as_of, filters)}
    received = _forwarded(asked, as_of, asked_about(as_of, filters))
    asks = where.matching(filters, as_of)
    opened = _forwarded(asked, as_of, [where.open_at(as_of), *asks])
    rows = []
    for known in rows_of(asked, select(agencies)):
        if known.id not in received:
            continue
        backlog = backlogs.get(known.abbreviation)
        met = backlog.on_time if backlog else NOTHING
        rows.append(
            GroupRow(
                known.abbreviation,
                known.name,
                received=received[known.id],
                open=backlog.open if backlog else 0,
                overdue=backlog.overdue if backlog else 0,
                finished=received[known.id] - opened.get(known.id, 0),
                on_time=met,
                interval=wilson(met.share),
            )
        )
    return _ranked(rows)


def _forwarded(
    asked: Reports, as_of: datetime, conditions: list[where.Condition]
) -> dict[int, int]:
    """Reports of each agency's number that were ever forwarded to it."""
    number = escalations.c.agency_id
    statement = (
        select(number, func.count())
        .select_from(reports.join(escalations, escalations.c.report_id == reports.c.id))
        .where(first_pass(as_of), *conditions)
        .group_by(unindexed(number))
    )
    return {row[0]: int(row[1]) for row in rows_of(asked, statement)}


def passages() -> Any:
    """Reports with their hops and the agencies of those; ``first_pass`` keeps one of a pair."""
    return reports.join(escalations, escalations.c.report_id == reports.c.id).join(
        agencies, agencies.c.id == escalations.c.agency_id
    )


# -- feedback -------------------------------------------------------------------------------------


def feedback_review(asked: Reports, filters: Filters, as_of: datetime) -> FeedbackReview:
    """See ``Review.feedback``: of the last 90 days' finishes, unless the filters set a period."""
    finished = _finished(filters, as_of)
    said = _opinions(finished, as_of)
    joined = finished.outerjoin(said, said.c.report_id == finished.c.id)
    by_agency = joined.join(
        escalations, and_(escalations.c.report_id == finished.c.id, first_pass(as_of))
    ).join(agencies, agencies.c.id == escalations.c.agency_id)
    by_category = joined.join(categories, categories.c.id == finished.c.category_id)
    city = _feedback_rows(asked, joined, finished, said, None)
    return FeedbackReview(
        city=city[0] if city else _feedback_row("", [0] * 11),
        agencies=_feedback_rows(asked, by_agency, finished, said, agencies.c.abbreviation),
        categories=_feedback_rows(asked, by_category, finished, said, categories.c.name),
    )


def _finished(filters: Filters, as_of: datetime) -> Any:
    """Reports whose finish is asked about; the conditions are those of ``Reports.satisfaction``."""
    finish = where.finish_at(as_of)
    period = () if filters.since else finished_after(as_of - AGENCY_WINDOW, as_of)
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
    asked: Reports, sources: Any, finished: Any, said: Any, key: ColumnElement[str] | None
) -> tuple[FeedbackRow, ...]:
    done = and_(finished.c.done == 1, said.c.n > 0)
    columns = [
        func.count(finished.c.id),
        func.count(said.c.report_id),
        func.sum(said.c.n),
        func.sum(said.c.satisfied),
        tally(done),
        tally(and_(done, said.c.satisfied < said.c.n)),
        *(func.sum(said.c[f"stars_{stars}"]) for stars in range(1, 6)),
    ]
    statement = select(func.max("") if key is None else key, *columns).select_from(sources)
    if key is not None:
        statement = statement.group_by(key)
    rows = [_feedback_row(row[0], row[1:]) for row in rows_of(asked, statement)]
    return tuple(sorted(rows, key=lambda row: (-row.coverage.n, row.name)))


def _feedback_row(name: str, counts: Any) -> FeedbackRow:
    finished, covered, said, satisfied, done, contradicted, *stars = (
        int(count or 0) for count in counts
    )
    share = Share(satisfied, said)
    return FeedbackRow(
        name=name or "",
        satisfied=share,
        interval=wilson(share),
        coverage=Share(covered, finished),
        contradicted=Share(contradicted, done),
        ratings=dict(zip(range(1, 6), stars, strict=True)),
    )
