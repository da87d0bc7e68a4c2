"""What holds of a report at a moment, as SQL conditions. The one place that turns filters into SQL.

``as_of`` is the moment that the screen shows. Nothing here asks the database's clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select, true

from data_access.columns import Moment, earliest, seconds_between, unindexed
from data_access.records import BEGINNING, FINISHED, AgeBand, DeadlinePeriod, Filters, Status
from data_access.schema import agencies, areas, categories, escalations, reopenings, reports

if TYPE_CHECKING:
    from collections.abc import Sequence

Condition = ColumnElement[bool]
Rule = tuple[DeadlinePeriod, ...]

FIRST_RESPONSE = earliest(reports.c.answered_at, reports.c.finished_at)
"""First answer or action: a finish answers too."""


def moment(value: datetime) -> ColumnElement[datetime]:
    """A bound moment."""
    return literal(value, Moment())


def received_by(
    as_of: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    created: ColumnElement[Any] = reports.c.created_at,
) -> Condition:
    """Created by then, at a moment that can be, with a status that is known.

    ``since`` (inclusive) and ``until`` (exclusive) narrow it. One bound stands on each side, since
    of two SQLite's planner takes the first, not the narrower.
    """
    return and_(
        created >= max(BEGINNING, since or BEGINNING),
        created < until if until is not None and until <= as_of else created <= as_of,
        reports.c.status.in_([status.value for status in Status]),
    )


def readable_by(as_of: datetime) -> Condition:
    """As ``received_by``, for questions that another index than that of the receipt answers."""
    return received_by(as_of, created=unindexed(reports.c.created_at))


def reported_before(reporter: ColumnElement[Any], day: ColumnElement[Any]) -> Condition:
    """The reporter sent a readable report before."""
    earlier = reports.alias("earlier")
    return exists(literal(1)).where(
        earlier.c.reporter_id == reporter,
        earlier.c.created_at >= BEGINNING,
        earlier.c.created_at < day,
        earlier.c.status.in_([status.value for status in Status]),
    )


def _undone_finish(as_of: datetime, *statuses: Status) -> Condition:
    """A finish that a later reopening undid still held at the moment."""
    held = and_(
        reopenings.c.report_id == reports.c.id,
        reopenings.c.finished_at <= as_of,
        reopenings.c.reopened_at > as_of,
    )
    if statuses:
        held = and_(held, reopenings.c.status.in_([status.value for status in statuses]))
    return exists().where(held).correlate(reports)


def finished_by(as_of: datetime) -> Condition:
    """Done, rejected or duplicate at the moment."""
    return or_(reports.c.finished_at <= as_of, _undone_finish(as_of))


def done_by(as_of: datetime) -> Condition:
    """Done at the moment: acted on."""
    return or_(
        and_(reports.c.status == Status.DONE.value, reports.c.finished_at <= as_of),
        _undone_finish(as_of, Status.DONE),
    )


def open_at(as_of: datetime) -> Condition:
    """Received and not finished: the backlog, with the overdue."""
    return and_(
        readable_by(as_of),
        or_(reports.c.finished_at.is_(None), reports.c.finished_at > as_of),
        ~_undone_finish(as_of),
    )


def answered_by(as_of: datetime) -> Condition:
    """Answered or acted on by the moment."""
    return or_(reports.c.answered_at <= as_of, reports.c.finished_at <= as_of)


def unanswered_at(as_of: datetime) -> Condition:
    """Neither answered nor acted on by the moment."""
    return and_(
        or_(reports.c.answered_at.is_(None), reports.c.answered_at > as_of),
        or_(reports.c.finished_at.is_(None), reports.c.finished_at > as_of),
    )


def overdue_at(as_of: datetime, rule: Rule) -> Condition:
    """Open, neither answered nor done, and older than the deadline."""
    return and_(open_at(as_of), unanswered_at(as_of), past_deadline(as_of, rule))


def past_deadline(as_of: datetime, rule: Rule) -> Condition:
    """The report's age is more than its deadline."""
    return _by_period(rule, lambda limit: unindexed(reports.c.created_at) < as_of - limit)


def met_deadline(rule: Rule) -> Condition:
    """The first response came within the deadline."""
    waited = seconds_between(reports.c.created_at, FIRST_RESPONSE)
    return _by_period(rule, lambda limit: waited <= limit.total_seconds())


def due_by(as_of: datetime, rule: Rule) -> Condition:
    """The deadline has come."""
    return _by_period(rule, lambda limit: unindexed(reports.c.created_at) <= as_of - limit)


def has_deadline(rule: Rule) -> Condition:
    """A deadline was in force when the report came."""
    return _by_period(rule, lambda _limit: true())


def _by_period(rule: Rule, holds: Any) -> Condition:
    """Of a report: what ``holds`` says for the limit in force when it came."""
    ends = [period.valid_from for period in rule[1:]] + [None]
    created = unindexed(reports.c.created_at)
    parts = [
        and_(
            created >= period.valid_from,
            true() if end is None else created < end,
            holds(period.limit),
        )
        for period, end in zip(rule, ends, strict=True)
        if period.limit is not None
    ]
    return or_(*parts) if parts else false()


def limit_for(created: datetime, rule: Rule) -> timedelta | None:
    """The deadline in force at a moment, in Python."""
    in_force = [period for period in rule if period.valid_from <= created]
    return in_force[-1].limit if in_force else None


def status_at(as_of: datetime) -> ColumnElement[str]:
    """The report's status as it was at the moment."""
    undone = (
        select(func.max(reopenings.c.status))
        .where(
            reopenings.c.report_id == reports.c.id,
            reopenings.c.finished_at <= as_of,
            reopenings.c.reopened_at > as_of,
        )
        .correlate(reports)
        .scalar_subquery()
    )
    forwarded = (
        exists()
        .where(escalations.c.report_id == reports.c.id, escalations.c.forwarded_at <= as_of)
        .correlate(reports)
    )
    finished = [status.value for status in sorted(FINISHED)]
    return case(
        (
            and_(reports.c.finished_at <= as_of, reports.c.status.in_(finished)),
            reports.c.status,
        ),
        (undone.is_not(None), undone),
        (reports.c.answered_at <= as_of, Status.ANSWERED.value),
        (forwarded, Status.ESCALATED.value),
        else_=Status.RECEIVED.value,
    )


def in_hands(as_of: datetime) -> Condition:
    """Of an escalation: forwarded by the moment and not handed back."""
    return and_(
        escalations.c.forwarded_at <= as_of,
        or_(escalations.c.returned_at.is_(None), escalations.c.returned_at > as_of),
    )


def band_of(band: AgeBand, as_of: datetime) -> Condition:
    """The report's age at the moment lies in the band."""
    order = list(AgeBand)
    before = order[order.index(band) - 1].limit if band is not order[0] else None
    parts: list[Condition] = []
    if band.limit is not None:
        parts.append(reports.c.created_at >= as_of - band.limit)
    if before is not None:
        parts.append(reports.c.created_at < as_of - before)
    return and_(*parts)


def matching(filters: Filters, as_of: datetime) -> list[Condition]:
    """Conditions on reports that the filters ask for; none where nothing is asked."""
    found: list[Condition] = []
    if filters.since is not None:
        found.append(reports.c.created_at >= filters.since)
    if filters.until is not None:
        found.append(reports.c.created_at < filters.until)
    if filters.agencies:
        found.append(_forwarded_to(filters.agencies, as_of))
    if filters.categories:
        found.append(
            reports.c.category_id.in_(
                select(categories.c.id).where(categories.c.name.in_(filters.categories))
            )
        )
    if filters.kecamatan:
        found.append(
            reports.c.area_code.in_(
                select(areas.c.code).where(areas.c.parent_code.in_(filters.kecamatan))
            )
        )
    if filters.kelurahan:
        found.append(reports.c.area_code.in_(filters.kelurahan))
    if filters.statuses:
        found.append(status_at(as_of).in_([status.value for status in filters.statuses]))
    if filters.bands:
        found.append(or_(*(band_of(band, as_of) for band in filters.bands)))
    if filters.levels:
        found.append(_highest_level(as_of).in_(filters.levels))
    if filters.text:
        found.append(_contains(filters.text))
    return found


def _forwarded_to(abbreviations: Sequence[str], as_of: datetime) -> Condition:
    chosen = select(agencies.c.id).where(agencies.c.abbreviation.in_(abbreviations))
    passed = exists().where(
        escalations.c.report_id == reports.c.id,
        escalations.c.agency_id.in_(chosen),
        escalations.c.forwarded_at <= as_of,
    )
    return passed.correlate(reports)


def _highest_level(as_of: datetime) -> ColumnElement[int]:
    return (
        select(func.max(escalations.c.level))
        .where(escalations.c.report_id == reports.c.id, escalations.c.forwarded_at <= as_of)
        .correlate(reports)
        .scalar_subquery()
    )


def _contains(words: str) -> Condition:
    return and_(
        *(
            or_(
                reports.c.ticket.icontains(word, autoescape=True),
                reports.c.title.icontains(word, autoescape=True),
                reports.c.body.icontains(word, autoescape=True),
            )
            for word in words.split()
        )
    )
