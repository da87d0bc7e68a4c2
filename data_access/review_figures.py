"""Figures of many reports: the key ones, by month, category, agency and place, and feedback."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from data_access import conditions as where
from data_access.columns import seconds_between, unindexed
from data_access.metrics import survival_curve, wilson
from data_access.periods import Span, month_span, months_until
from data_access.records import AGENCY_WINDOW, CITY_WINDOW, MonthVolume, OnTime, Share
from data_access.reports import on_time_of
from data_access.review_parts import (
    asked_about,
    inside,
    rows_of,
    span_table,
)
from data_access.review_records import (
    Comparison,
    Curve,
    GroupRow,
    MonthRow,
    PeriodFigures,
)
from data_access.schema import (
    agencies,
    categories,
    escalations,
    reopenings,
    reports,
)
from data_access.statements import on_time_counts, tally

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from data_access.records import Filters
    from data_access.reports import Reports

NOTHING = OnTime(0, 0, 0, 0, 0)

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


def answer_curve(asked: Reports, filters: Filters, as_of: datetime) -> Curve:
    """Kaplan-Meier of the time from receipt to the first answer or action."""
    return _curve(asked, filters, as_of, where.answered_by(as_of), where.FIRST_RESPONSE)


def finish_curve(asked: Reports, filters: Filters, as_of: datetime) -> Curve:
    """Kaplan-Meier of the time from receipt to the finish that holds at the moment."""
    finish = where.finish_at(as_of)
    return _curve(asked, filters, as_of, finish.is_not(None), finish)


def _curve(
    asked: Reports,
    filters: Filters,
    as_of: datetime,
    ended: where.Condition,
    end: ColumnElement[datetime],
) -> Curve:
    """Of the filters' period, or else of the agencies' window."""
    until = case((ended, end), else_=where.moment(as_of))
    statement = select(
        seconds_between(reports.c.created_at, until), case((ended, 1), else_=0)
    ).where(*asked_about(as_of, filters, AGENCY_WINDOW))
    rows = [row for row in rows_of(asked, statement) if row[0] is not None]
    return survival_curve([max(0.0, row[0]) for row in rows], [bool(row[1]) for row in rows])


# -- months ---------------------------------------------------------------------------------------


def by_month(
    asked: Reports, filters: Filters, as_of: datetime, months: int
) -> tuple[MonthRow, ...]:
    """See ``Review.by_month``."""
    days = months_until(as_of, months)
    spans = tuple(month_span(day) for day in days)
    received = _received_by_month(asked, filters, as_of, spans)
    finished = _finished_by_month(asked, filters, as_of, spans)
    return tuple(
        MonthRow(MonthVolume(day, n, finished[number], span.end <= as_of), met, Share(done, n))
        for number, (day, span) in enumerate(zip(days, spans, strict=True))
        for n, done, met in [received.get(number, (0, 0, NOTHING))]
    )


def _received_by_month(
    asked: Reports, filters: Filters, as_of: datetime, spans: tuple[Span, ...]
) -> dict[int, tuple[int, int, OnTime]]:
    """Of each month with reports: how many, how many of them are done, and how they were met."""
    months = span_table(spans)
    statement = (
        select(
            months.c.number,
            func.count(),
            tally(where.done_by(as_of)),
            *on_time_counts(as_of, asked.rule),
        )
        .select_from(months.join(reports, inside(months, reports.c.created_at)))
        .where(where.readable_by(as_of), *where.matching(filters, as_of))
        .group_by(months.c.number)
    )
    return {
        row[0]: (int(row[1]), int(row[2]), on_time_of(row[3:])) for row in rows_of(asked, statement)
    }


def _finished_by_month(
    asked: Reports, filters: Filters, as_of: datetime, spans: tuple[Span, ...]
) -> list[int]:
    """Finishes in each month that hold at the moment, those undone after it included."""
    months = span_table(spans)
    asks = (where.readable_by(as_of), *where.matching(filters, as_of))
    finish = reports.c.finished_at
    standing = (
        select(months.c.number, func.count())
        .select_from(months.join(reports, inside(months, finish)))
        .where(unindexed(finish) <= as_of, *asks)
        .group_by(months.c.number)
    )
    undone = (
        select(reopenings.c.finished_at)
        .join(reports, reports.c.id == reopenings.c.report_id)
        .where(where.undone_after(as_of), *asks)
    )
    counts = {row[0]: int(row[1]) for row in rows_of(asked, standing)}
    moments = [row[0] for row in rows_of(asked, undone) if row[0] is not None]
    return [
        counts.get(number, 0) + sum(span.start <= at < span.end for at in moments)
        for number, span in enumerate(spans)
    ]


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
    shares = {row[0]: on_time_of(row[1:]) for row in rows_of(asked, met)}
    if filters.since is not None:  # the shares are of just these reports
        came = {group: share.reports for group, share in shares.items()}
    else:
        counted = select(key, func.count()).where(*asked_about(as_of, filters)).group_by(key)
        came = {row[0]: int(row[1]) for row in rows_of(asked, counted)}
    return _ranked(
        [
            _group(
                names.get(group, (str(group), str(group))),
                received,
                shares.get(group, NOTHING),
                backlog.get(group, (0, 0)),
            )
            for group, received in came.items()
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
    opened = _forwarded_of(asked, as_of, [where.open_at(as_of), *asks])
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
        select(number, func.count(reports.c.id.distinct()))
        .select_from(reports.join(escalations, escalations.c.report_id == reports.c.id))
        .where(where.happened(escalations.c.forwarded_at, as_of), *conditions)
        .group_by(unindexed(number))
    )
    return {row[0]: int(row[1]) for row in rows_of(asked, statement)}


def _forwarded_of(
    asked: Reports, as_of: datetime, conditions: list[where.Condition]
) -> dict[int, int]:
    """The same of few reports, which are looked up first: the hops of all need not be read."""
    number, report = escalations.c.agency_id, escalations.c.report_id
    statement = (
        select(number, func.count(report.distinct()))
        .where(
            report.in_(select(reports.c.id).where(*conditions)),
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .group_by(unindexed(number))
    )
    return {row[0]: int(row[1]) for row in rows_of(asked, statement)}


def passages() -> Any:
    """Reports with their hops and the agencies of those; ``first_pass`` keeps one of a pair."""
    return reports.join(escalations, escalations.c.report_id == reports.c.id).join(
        agencies, agencies.c.id == escalations.c.agency_id
    )
