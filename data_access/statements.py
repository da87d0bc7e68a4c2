"""The wall's questions as SQL, as functions of the moment, to be prepared once (``prepared``).

What is counted is told by *cases*: functions that give conditions on reports. Moments that do not
follow from ``as_of`` are parameters that go by name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    and_,
    bindparam,
    case,
    func,
    literal,
    not_,
    select,
    true,
    union,
    union_all,
)

from data_access import conditions as where
from data_access.columns import grid_cell, seconds_between, unindexed
from data_access.grid import GRID_DEGREES
from data_access.periods import year_span
from data_access.prepared import When, parameter
from data_access.records import AGENCY_WINDOW, UNFORWARDED, AgeBand
from data_access.schema import (
    UNREADABLE,
    agencies,
    announcements,
    areas,
    categories,
    escalations,
    facilities,
    feedback,
    follow_ups,
    reopenings,
    reporters,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Executable, Select

    from data_access.records import Filters

    Cases = Callable[..., Sequence[where.Condition]]

START, END, FUTURE, PEOPLE, IDS = "start", "end", "future", "people", "ids"
"""Names of parameters: moments, and lists of ids."""


def tally(condition: where.Condition) -> ColumnElement[int]:
    """How many rows it holds of."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


# -- cases -----------------------------------------------------------------------------------


def received(window: timedelta | None, as_of: When, filters: Filters) -> where.Condition:
    """Received in the filters' own period, or else in the window that ends at the moment."""
    since: When | None = filters.since
    if window is not None and since is None:
        since = as_of - window + timedelta.resolution
    return where.received_by(as_of, since, filters.until)


def received_all(as_of: When, filters: Filters) -> list[where.Condition]:
    """Every readable report by the moment."""
    return [where.received_by(as_of), *where.matching(filters, as_of)]


def received_between(as_of: When, filters: Filters) -> list[where.Condition]:
    """Received from ``START`` to ``END``, both included."""
    created = reports.c.created_at
    return [
        created >= parameter(START),
        created <= parameter(END),
        where.readable_by(as_of),
        *where.matching(filters, as_of),
    ]


def received_in_window(
    as_of: When, filters: Filters, window: timedelta | None
) -> list[where.Condition]:
    """Received in the filters' period, or else in the window."""
    return [received(window, as_of, filters), *where.matching(filters, as_of)]


def still_open(as_of: When, filters: Filters) -> list[where.Condition]:
    """Not finished, the overdue among them."""
    return [where.open_at(as_of), *where.matching(filters, as_of)]


def overdue(as_of: When, filters: Filters, rule: where.Rule) -> list[where.Condition]:
    """Open, with neither answer nor action, and past the deadline."""
    return [where.overdue_at(as_of, rule), *where.matching(filters, as_of)]


def waiting(
    as_of: When, filters: Filters, rule: where.Rule, *, late: bool
) -> list[where.Condition]:
    """Open with neither answer nor action, past the deadline or not."""
    past = where.past_deadline(as_of, rule)
    return [
        where.open_at(as_of),
        where.unanswered_at(as_of),
        *where.matching(filters, as_of),
        past if late else not_(past),
    ]


def waiting_late(as_of: When, filters: Filters, rule: where.Rule) -> list[where.Condition]:
    """Those whose deadline is over."""
    return waiting(as_of, filters, rule, late=True)


def waiting_in_time(as_of: When, filters: Filters, rule: where.Rule) -> list[where.Condition]:
    """Those whose deadline is still to come, and those without one."""
    return waiting(as_of, filters, rule, late=False)


def finished_lately(as_of: When, filters: Filters) -> list[where.Condition]:
    """Finished in the filters' period, or else in the agencies' window."""
    recent = () if filters.since else where.finished_between(as_of - AGENCY_WINDOW, None, as_of)
    return [*recent, *where.matching(filters, as_of)]


def named(as_of: When, filters: Filters) -> where.Condition:
    """The report counts for its reporter."""
    return and_(
        reports.c.reporter_id.is_not(None),
        reports.c.anonymous.is_(False),
        reports.c.confidential.is_(False),
        where.readable_by(as_of),
        *where.matching(filters, as_of),
    )


# -- counts and times ------------------------------------------------------------------------


def count(as_of: When, cases: Cases, *given: Any) -> Select[Any]:
    """How many reports the conditions hold of."""
    return select(func.count()).select_from(reports).where(*cases(as_of, *given))


def newest(as_of: When, filters: Filters) -> Select[Any]:
    """When the newest report came."""
    return select(func.max(reports.c.created_at)).where(*received_all(as_of, filters))


def oldest(as_of: When) -> Select[Any]:
    """When the first report came."""
    return select(func.min(reports.c.created_at)).where(where.received_by(as_of))


def on_time(as_of: When, rule: where.Rule, cases: Cases, *given: Any) -> Executable:
    """Met, missed, overdue, without a deadline, and all."""
    return select(*on_time_counts(as_of, rule)).select_from(reports).where(*cases(as_of, *given))


def on_time_counts(as_of: When, rule: where.Rule) -> list[ColumnElement[int]]:
    """Met, missed, overdue, without a deadline, and all, as columns."""
    due, answered = where.due_by(as_of, rule), where.answered_by(as_of)
    met = where.met_deadline(rule)
    late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, rule))
    return [
        tally(and_(due, answered, met)).label("met"),
        tally(and_(due, answered, not_(met))).label("missed"),
        tally(late).label("overdue"),
        tally(not_(where.has_deadline(rule))).label("without_deadline"),
        func.count(reports.c.id).label("n"),
    ]


def waits(as_of: When, cases: Cases, *given: Any) -> Select[Any]:
    """Seconds that each report waited for its first response, and whether that came."""
    answered = where.answered_by(as_of)
    waited = case(
        (answered, seconds_between(reports.c.created_at, where.FIRST_RESPONSE)),
        else_=seconds_between(reports.c.created_at, where.moment(as_of)),
    )
    return select(waited, case((answered, 1), else_=0)).where(*cases(as_of, *given))


def durations(as_of: When, cases: Cases, *given: Any) -> Select[Any]:
    """Seconds from each receipt to the finish that holds at the moment, and whether that came."""
    finish = where.finish_at(as_of)
    waited = seconds_between(reports.c.created_at, func.coalesce(finish, where.moment(as_of)))
    ended = case((finish.is_not(None), 1), else_=0)
    return select(waited, ended).where(*cases(as_of, *given))


def unreadable(_as_of: When) -> Select[Any]:
    """How many rows have moments after ``FUTURE``, or something else that can't be."""
    moments = (reports.c.created_at, reports.c.answered_at, reports.c.finished_at)
    kinds = (*(column > parameter(FUTURE) for column in moments), UNREADABLE)
    found = union(*(select(reports.c.id).where(kind) for kind in kinds)).subquery()
    return select(func.count()).select_from(found)


# -- months ----------------------------------------------------------------------------------


def spans(number: int) -> Any:
    """A table of so many numbered spans, to be joined with; see ``bounds``."""
    rows = [
        select(
            literal(place).label("number"),
            parameter(f"{START}_{place}").label("start"),
            parameter(f"{END}_{place}").label("end"),
        )
        for place in range(number)
    ]
    return union_all(*rows).cte("spans")


def bounds(of: Sequence[tuple[datetime, datetime]]) -> dict[str, datetime]:
    """The parameters of ``spans``."""
    starts = {f"{START}_{place}": start for place, (start, _) in enumerate(of)}
    return starts | {f"{END}_{place}": end for place, (_, end) in enumerate(of)}


def counts_by_span(as_of: When, name: str, number: int, filters: Filters) -> Select[Any]:
    """Reports of which the moment of this name lies in each span, by ``as_of``; in their order."""
    column, wanted = reports.c[name], spans(number)
    counted = (
        select(func.count())
        .select_from(reports)
        .where(
            column >= wanted.c.start,
            column < wanted.c.end,
            column <= as_of,
            where.readable_by(as_of),
            *where.matching(filters, as_of),
        )
        .correlate(wanted)
        .scalar_subquery()
    )
    return select(counted).select_from(wanted).order_by(wanted.c.number)


def undone_finishes(as_of: When, filters: Filters) -> Select[Any]:
    """Finishes that hold at the moment and were undone after it."""
    return (
        select(reopenings.c.finished_at)
        .join(reports, reports.c.id == reopenings.c.report_id)
        .where(
            where.readable_by(as_of),
            where.undone_after(as_of),
            *where.matching(filters, as_of),
        )
    )


def participation(as_of: When, number: int, filters: Filters) -> Select[Any]:
    """Span, reports, distinct reporters, and those of them who were never seen before."""
    wanted = spans(number)
    active = (
        select(wanted.c.number, reports.c.reporter_id, func.count().label("n"))
        .select_from(wanted.join(reports, true()))
        .where(
            reports.c.created_at >= wanted.c.start,
            reports.c.created_at < wanted.c.end,
            unindexed(reports.c.created_at) <= as_of,
            where.readable_by(as_of),
            *where.matching(filters, as_of),
        )
        .group_by(wanted.c.number, reports.c.reporter_id)
        .cte("active")
    )
    known = where.reported_before(active.c.reporter_id, wanted.c.start)
    return (
        select(
            active.c.number,
            func.sum(active.c.n),
            func.count(active.c.reporter_id),
            tally(and_(active.c.reporter_id.is_not(None), ~known)),
        )
        .join(wanted, wanted.c.number == active.c.number)
        .group_by(active.c.number)
    )


# -- agencies --------------------------------------------------------------------------------


def open_by_agency(as_of: When, filters: Filters, rule: where.Rule) -> Select[Any]:
    """Holder, open reports in each age band, overdue ones in each age band."""
    late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, rule))
    found = (
        select(
            reports.c.id,
            *(case((where.band_of(band, as_of), 1), else_=0).label(band.value) for band in AgeBand),
            case((late, 1), else_=0).label("late"),
        )
        .where(*still_open(as_of, filters))
        .cte("waiting")
    )
    holder = func.coalesce(agencies.c.abbreviation, UNFORWARDED)
    return (
        select(
            holder,
            *(func.sum(found.c[band.value]) for band in AgeBand),
            *(func.sum(found.c[band.value] * found.c.late) for band in AgeBand),
        )
        .select_from(
            found.outerjoin(
                escalations,
                and_(escalations.c.report_id == found.c.id, where.in_hands(as_of)),
            ).outerjoin(agencies, agencies.c.id == escalations.c.agency_id)
        )
        .group_by(holder)
    )


def on_time_by_agency(as_of: When, rule: where.Rule, cases: Cases, *given: Any) -> Select[Any]:
    """Agency, and the counts of ``on_time`` of those of the cases that it was given."""
    return (
        select(agencies.c.abbreviation, *on_time_counts(as_of, rule))
        .select_from(
            reports.join(escalations, escalations.c.report_id == reports.c.id).join(
                agencies, agencies.c.id == escalations.c.agency_id
            )
        )
        .where(
            *cases(as_of, *given),
            # By the report, whose period is given: all of history was forwarded by the moment.
            where.happened(unindexed(escalations.c.forwarded_at), as_of),
        )
        .group_by(agencies.c.abbreviation)
    )


def agencies_by_year(as_of: When, years: tuple[int, ...], filters: Filters) -> Select[Any]:
    """Agency, its name, year of receipt, reports forwarded to it."""
    year = _year_column(years)
    return (
        select(
            agencies.c.abbreviation,
            agencies.c.name,
            year.label("year"),
            func.count(reports.c.id.distinct()),
        )
        .select_from(_forwarded())
        .join(agencies, agencies.c.id == escalations.c.agency_id)
        .where(*_hops(as_of, filters))
        .group_by(agencies.c.abbreviation, agencies.c.name, year)
    )


def year_table(as_of: When, years: tuple[int, ...], filters: Filters) -> Executable:
    """Year of receipt, reports, escalations, those of them whose report is done."""
    year = _year_column(years)
    return (
        select(
            year.label("year"),
            func.count(reports.c.id.distinct()),
            func.count(),
            tally(where.done_by(as_of)),
        )
        .select_from(_forwarded())
        .where(*_hops(as_of, filters))
        .group_by(year)
    )


def _forwarded() -> Any:
    return escalations.join(reports, reports.c.id == escalations.c.report_id)


def _hops(as_of: When, filters: Filters) -> list[where.Condition]:
    return [
        where.received_by(as_of),
        where.happened(escalations.c.forwarded_at, as_of),
        *where.matching(filters, as_of),
    ]


def _year_column(years: tuple[int, ...]) -> ColumnElement[int]:
    ends = ((reports.c.created_at < year_span(year).end, year) for year in years)
    return case(*ends, else_=max(years))


def all_agencies(_as_of: When) -> Select[Any]:
    """Every agency."""
    return select(agencies)


# -- reporters -------------------------------------------------------------------------------


def most_active(as_of: When, filters: Filters, limit: int) -> Select[Any]:
    """Reporter and number of reports."""
    number = func.count()
    return (
        select(reports.c.reporter_id, number)
        .where(named(as_of, filters))
        .group_by(reports.c.reporter_id)
        .order_by(number.desc(), reports.c.reporter_id)
        .limit(limit)
    )


def kelurahan_of_people(_as_of: When) -> Select[Any]:
    """Reporter and kelurahan, of the ``PEOPLE``."""
    home, above = areas.alias("home"), areas.alias("above")
    return (
        select(
            reporters.c.id,
            case((home.c.level == "lingkungan", above.c.name), else_=home.c.name),
        )
        .join(home, home.c.code == reporters.c.area_code)
        .outerjoin(above, above.c.code == home.c.parent_code)
        .where(reporters.c.id.in_(bindparam(PEOPLE, expanding=True)))
    )


def receipts_of_people(as_of: When, filters: Filters) -> Select[Any]:
    """Reporter and receipt of each report of the ``PEOPLE`` since ``START``."""
    return select(reports.c.reporter_id, reports.c.created_at).where(
        named(as_of, filters),
        reports.c.reporter_id.in_(bindparam(PEOPLE, expanding=True)),
        reports.c.created_at >= parameter(START),
    )


# -- places ----------------------------------------------------------------------------------


def open_by_area(as_of: When, filters: Filters, rule: where.Rule) -> Select[Any]:
    """Code, open reports, overdue ones."""
    late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, rule))
    return (
        select(reports.c.area_code, func.count(), tally(late))
        .where(*still_open(as_of, filters))
        .group_by(unindexed(reports.c.area_code))
    )


def open_incidents(as_of: When, filters: Filters, rule: where.Rule, limit: int) -> Select[Any]:
    """Row and column of the map's grid, a code in it, category, open, overdue, oldest, newest."""
    late = and_(where.unanswered_at(as_of), where.past_deadline(as_of, rule))
    row_cell = grid_cell(reports.c.latitude, literal(GRID_DEGREES)).label("row_cell")
    column_cell = grid_cell(reports.c.longitude, literal(GRID_DEGREES)).label("column_cell")
    last = func.max(reports.c.created_at)
    return (
        select(
            row_cell,
            column_cell,
            func.max(areas.c.code),
            categories.c.name,
            func.count(),
            tally(late),
            func.min(reports.c.created_at),
            last,
        )
        .select_from(_with_category_and_area())
        .where(
            where.open_at(as_of),
            reports.c.confidential.is_(False),
            reports.c.latitude.between(-90, 90),
            reports.c.longitude.between(-180, 180),
            *where.matching(filters, as_of),
        )
        .group_by(row_cell, column_cell, categories.c.name)
        .order_by(tally(late).desc(), last.desc(), func.min(reports.c.id))
        .limit(limit)
    )


def _with_category_and_area() -> Any:
    return reports.outerjoin(categories, categories.c.id == reports.c.category_id).outerjoin(
        areas, areas.c.code == reports.c.area_code
    )


def areas_of_level(_as_of: When, level: str) -> Select[Any]:
    """Code, name, parent, label point and size."""
    return select(
        areas.c.code,
        areas.c.name,
        areas.c.parent_code,
        areas.c.latitude,
        areas.c.longitude,
        areas.c.area_km2,
    ).where(areas.c.level == level)


def all_facilities(_as_of: When) -> Select[Any]:
    """Kind, name, address and position."""
    return select(
        facilities.c.kind,
        facilities.c.name,
        facilities.c.address,
        facilities.c.latitude,
        facilities.c.longitude,
    ).order_by(facilities.c.id)


# -- queue -----------------------------------------------------------------------------------


def queue(as_of: When, limit: int, cases: Cases, *given: Any) -> Select[Any]:
    """The oldest reports of the cases."""
    return (
        select(
            reports.c.id,
            reports.c.ticket,
            reports.c.created_at,
            reports.c.confidential,
            categories.c.name.label("category"),
            areas.c.name.label("kelurahan"),
        )
        .select_from(_with_category_and_area())
        .where(*cases(as_of, *given))
        .order_by(unindexed(reports.c.created_at), reports.c.id)
        .limit(limit)
    )


def hops(as_of: When) -> Select[Any]:
    """Report, level and agency of each forwarding of the ``IDS``, in their order."""
    return (
        select(escalations.c.report_id, escalations.c.level, agencies.c.abbreviation)
        .join(agencies, agencies.c.id == escalations.c.agency_id)
        .where(
            escalations.c.report_id.in_(bindparam(IDS, expanding=True)),
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .order_by(escalations.c.forwarded_at, escalations.c.id)
    )


# -- what is said ----------------------------------------------------------------------------


def finished(as_of: When, cases: Cases, *given: Any) -> list[where.Condition]:
    """Of the cases those whose finish holds at the moment."""
    holds = where.finish_at(as_of).is_not(None)
    return [where.readable_by(as_of), holds, *cases(as_of, *given)]


def said(as_of: When, cases: Cases, *given: Any) -> Select[Any]:
    """What citizens said of finished reports: satisfied, rating, whether it is done, its id."""
    return (
        select(
            feedback.c.satisfied,
            feedback.c.rating,
            case((where.done_by(as_of), 1), else_=0).label("done"),
            reports.c.id,
        )
        .join(reports, reports.c.id == feedback.c.report_id)
        .where(
            *finished(as_of, cases, *given),
            where.happened(feedback.c.created_at, as_of),
        )
    )


def follow_ups_of_a_day(as_of: When, filters: Filters) -> Select[Any]:
    """Status, and how many follow-ups reported it in the last 24 hours."""
    return (
        select(follow_ups.c.status, func.count())
        .join(reports, reports.c.id == follow_ups.c.report_id)
        .where(
            follow_ups.c.created_at > as_of - timedelta(hours=24),
            follow_ups.c.created_at <= as_of,
            where.readable_by(as_of),
            *where.matching(filters, as_of),
        )
        .group_by(follow_ups.c.status)
    )


def valid_announcements(as_of: When) -> Select[Any]:
    """Title, body, first and last moment, the newest first."""
    return (
        select(
            announcements.c.title,
            announcements.c.body,
            announcements.c.starts_at,
            announcements.c.ends_at,
        )
        .where(
            where.happened(announcements.c.starts_at, as_of),
            where.not_yet(announcements.c.ends_at, as_of),
        )
        .order_by(announcements.c.starts_at.desc(), announcements.c.id)
    )


def category_names(_as_of: When) -> Select[Any]:
    """Every category's name."""
    return select(categories.c.name)
