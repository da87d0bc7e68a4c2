"""Agencies: one at a time, beside each other, and how reports go from hand to hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select

from data_access import conditions as where
from data_access import review_feedback
from data_access.columns import earliest, seconds_between
from data_access.metrics import standing, survival
from data_access.records import AGENCY_WINDOW, AgeBand, AgencyBacklog, Filters, Share
from data_access.review_figures import (
    NOTHING,
    answer_curve,
    by_category,
    by_kelurahan,
    by_month,
    finish_curve,
    passages,
)
from data_access.review_lists import report_rows
from data_access.review_parts import asked_about, first_pass, rows_of
from data_access.review_records import (
    AgencyComparison,
    AgencyReview,
    Relay,
    RelayLevel,
    ReportRow,
)
from data_access.schema import agencies, escalations, reports
from data_access.statements import tally
from data_access.together import ask_together

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from data_access.records import OnTime
    from data_access.reports import Reports

OLDEST = 20
MONTHS = 36


# -- one agency -----------------------------------------------------------------------------------


def agency(
    asked: Reports,
    abbreviation: str,
    filters: Filters,
    as_of: datetime,
    *,
    see_confidential: bool,
) -> AgencyReview | None:
    """See ``Review.agency``; ``None`` too where the filters keep to other agencies."""
    found = rows_of(
        asked,
        select(agencies.c.id, agencies.c.abbreviation, agencies.c.name, agencies.c.kind).where(
            where.one_of(agencies.c.abbreviation, [abbreviation])
        ),
    )
    if not found or (filters.agencies and abbreviation not in filters.agencies):
        return None
    known = found[0]
    own = replace(filters, agencies=(abbreviation,))
    answers = ask_together(
        months=lambda: by_month(asked, own, as_of, MONTHS),
        backlog=lambda: _backlog(asked, known, own, as_of),
        city=lambda: _city_on_time(asked, filters, as_of),
        acted=lambda: standing(_acted(asked, own, as_of), _acted(asked, filters, as_of)),
        answer=lambda: answer_curve(asked, own, as_of),
        finish=lambda: finish_curve(asked, own, as_of),
        categories=lambda: by_category(asked, own, as_of),
        places=lambda: by_kelurahan(asked, own, as_of),
        relay=lambda: relay(asked, own, as_of, agency=abbreviation),
        feedback=lambda: review_feedback.in_one_row(asked, own, as_of, abbreviation),
        oldest=lambda: _oldest(asked, known.id, filters, as_of, see_confidential),
    )
    city = answers.pop("city")
    return AgencyReview(
        agency=known.abbreviation,
        name=known.name,
        kind=known.kind,
        on_time=standing(answers["backlog"].on_time.share, city.share),
        **answers,
    )


def _backlog(asked: Reports, known: Any, own: Filters, as_of: datetime) -> AgencyBacklog:
    """What is in its hands, with its on-time share; nothing of either is none."""
    for row in asked.open_by_agency(as_of, own):
        if row.agency == known.abbreviation:
            return row
    none = dict.fromkeys(AgeBand, 0)
    return AgencyBacklog(known.abbreviation, known.name, none, 0, NOTHING, dict(none))


def _city_on_time(asked: Reports, filters: Filters, as_of: datetime) -> OnTime:
    """The city's own share over the window of the agencies' shares."""
    return asked.on_time(as_of, replace(filters, agencies=()), AGENCY_WINDOW)


def _acted(asked: Reports, filters: Filters, as_of: datetime) -> Share:
    """Done of those received, over the agencies' window unless the filters set a period."""
    statement = (
        select(func.count(), tally(where.done_by(as_of)))
        .select_from(reports)
        .where(
            *asked_about(as_of, filters, AGENCY_WINDOW),
        )
    )
    received, done = rows_of(asked, statement)[0]
    return Share(int(done), int(received))


def _oldest(
    asked: Reports, number: int, filters: Filters, as_of: datetime, see_confidential: bool
) -> tuple[ReportRow, ...]:
    """The open reports that it has held longest in the citizen's eyes: by receipt."""
    held = select(escalations.c.report_id).where(
        escalations.c.agency_id == number, where.in_hands(as_of)
    )
    conditions = [where.open_at(as_of), reports.c.id.in_(held), *where.matching(filters, as_of)]
    if not see_confidential and (filters.categories or filters.kelurahan or filters.text):
        conditions.append(reports.c.confidential.is_(False))
    statement = (
        select(reports.c.id)
        .where(*conditions)
        .order_by(reports.c.created_at, reports.c.id)
        .limit(OLDEST)
    )
    ids = [row[0] for row in rows_of(asked, statement)]
    return report_rows(asked, ids, as_of, see_confidential=see_confidential)


# -- agencies beside each other -------------------------------------------------------------------


def compare(asked: Reports, filters: Filters, as_of: datetime) -> tuple[AgencyComparison, ...]:
    """See ``Review.compare``; a report counts for each agency that it was forwarded to."""
    city = replace(filters, agencies=())
    known = ask_together(
        backlog=lambda: asked.open_by_agency(as_of, filters),
        acted=lambda: _acted_by_agency(asked, filters, as_of),
        said=lambda: review_feedback.by_agency(asked, filters, as_of),
        city_said=lambda: review_feedback.in_one_row(asked, city, as_of).satisfied,
        city_on_time=lambda: _city_on_time(asked, filters, as_of).share,
        city_acted=lambda: _acted(asked, city, as_of),
    )
    met = {row.agency: row.on_time.share for row in known["backlog"]}
    acted: dict[str, Share] = known["acted"]
    satisfied = {row.name: row.satisfied for row in known["said"]}
    names = {row.abbreviation: row.name for row in rows_of(asked, select(agencies))}
    none = Share(0, 0)
    return tuple(
        AgencyComparison(
            agency=key,
            name=names[key],
            on_time=standing(met.get(key, none), known["city_on_time"]),
            acted=standing(acted.get(key, none), known["city_acted"]),
            satisfied=standing(satisfied.get(key, none), known["city_said"]),
        )
        for key in sorted(names)
        if not filters.agencies or key in filters.agencies
    )


def _acted_by_agency(asked: Reports, filters: Filters, as_of: datetime) -> dict[str, Share]:
    statement = (
        select(agencies.c.abbreviation, func.count(), tally(where.done_by(as_of)))
        .select_from(passages())
        .where(first_pass(as_of), *asked_about(as_of, filters, AGENCY_WINDOW))
        .group_by(agencies.c.abbreviation)
    )
    return {row[0]: Share(int(row[2]), int(row[1])) for row in rows_of(asked, statement)}


# -- relay ----------------------------------------------------------------------------------------


def relay(asked: Reports, filters: Filters, as_of: datetime, *, agency: str | None = None) -> Relay:
    """See ``Review.relay``; with an agency, the levels hold only its own hops."""
    first, hops = _first_hops(asked, filters, as_of)
    return Relay(first, hops, _levels(asked, filters, as_of, agency))


def _first_hops(asked: Reports, filters: Filters, as_of: datetime) -> tuple[Any, dict[int, int]]:
    """Time to the first forwarding, and how many reports have how many hops."""
    own = and_(
        escalations.c.report_id == reports.c.id,
        where.happened(escalations.c.forwarded_at, as_of),
    )
    first, hops = (
        select(part).where(own).correlate(reports).scalar_subquery()
        for part in (func.min(escalations.c.forwarded_at), func.count())
    )
    until = func.coalesce(first, where.finish_at(as_of), where.moment(as_of))
    statement = select(seconds_between(reports.c.created_at, until), hops).where(
        *asked_about(as_of, filters, AGENCY_WINDOW)
    )
    rows = [row for row in rows_of(asked, statement) if row[0] is not None]
    waits = survival([max(0.0, row[0]) for row in rows], [row[1] > 0 for row in rows])
    return waits, dict(sorted(Counter(int(row[1]) for row in rows).items()))


def _levels(
    asked: Reports, filters: Filters, as_of: datetime, agency: str | None
) -> tuple[RelayLevel, ...]:
    hops = escalations.alias("hops")
    hop = hops.c
    finish = where.finish_at(as_of)
    returned = case((where.happened(hop.returned_at, as_of), hop.returned_at))
    answered = case((where.happened(hop.answered_at, as_of), hop.answered_at))
    left, answer = earliest(returned, finish), earliest(answered, finish)
    waited = earliest(answer, returned)
    statement = (
        select(
            hop.level,
            _since(hop.forwarded_at, left, as_of),
            case((left.is_not(None), 1), else_=0),
            _since(hop.forwarded_at, waited, as_of),
            case((answer.is_(None), 0), (returned < answer, 0), else_=1),
            case((returned.is_not(None), 1), else_=0),
        )
        .select_from(hops.join(reports, reports.c.id == hop.report_id))
        .where(where.happened(hop.forwarded_at, as_of), *asked_about(as_of, filters, AGENCY_WINDOW))
    )
    if agency is not None:
        chosen = select(agencies.c.id).where(where.one_of(agencies.c.abbreviation, [agency]))
        statement = statement.where(hop.agency_id.in_(chosen))
    by_level: dict[int, list[Any]] = {}
    for row in rows_of(asked, statement):
        if row[1] is not None and row[3] is not None:
            by_level.setdefault(int(row[0]), []).append(row)
    return tuple(_level(level, rows) for level, rows in sorted(by_level.items()))


def _since(
    start: ColumnElement[datetime], end: ColumnElement[datetime], as_of: datetime
) -> ColumnElement[float]:
    return seconds_between(start, func.coalesce(end, where.moment(as_of)))


def _level(level: int, rows: list[Any]) -> RelayLevel:
    return RelayLevel(
        level=level,
        hops=len(rows),
        returned=Share(sum(row[5] for row in rows), len(rows)),
        held=survival([max(0.0, row[1]) for row in rows], [bool(row[2]) for row in rows]),
        answer=survival([max(0.0, row[3]) for row in rows], [bool(row[4]) for row in rows]),
    )
