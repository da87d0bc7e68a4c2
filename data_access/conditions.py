"""What holds of a report at a moment, as SQL conditions. The one place that turns filters into SQL.

``as_of`` is the moment that the screen shows, or stands for it in a statement that is prepared.
Nothing here asks the database's clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union,
)

from data_access.columns import (
    Moment,
    earliest,
    exact,
    fold,
    if_mariadb,
    is_moment,
    seconds_between,
    unindexed,
)
from data_access.prepared import When, at_least, at_most
from data_access.records import (
    BEGINNING,
    CITY_RULE,
    FINISHED,
    UNFORWARDED,
    AgeBand,
    Chosen,
    DeadlinePeriod,
    Filters,
    Said,
    Status,
)
from data_access.schema import (
    agencies,
    areas,
    categories,
    escalations,
    feedback,
    reopenings,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

Condition = ColumnElement[bool]
Rule = tuple[DeadlinePeriod, ...]


def _possible(column: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return case((and_(column >= BEGINNING, is_moment(column)), column))


FIRST_RESPONSE = earliest(_possible(reports.c.answered_at), _possible(reports.c.finished_at))
"""First answer or action: a finish answers too."""


def happened(column: ColumnElement[datetime], as_of: When) -> Condition:
    """By the moment, and when it can be: a zero date says "not yet". True or false, never null."""
    return and_(column.is_not(None), column >= BEGINNING, column <= as_of)


def not_yet(column: ColumnElement[datetime], as_of: When) -> Condition:
    """The contrary of ``happened``, in a form that an index can serve."""
    return or_(column.is_(None), column > as_of, column < BEGINNING)


def impossible(column: ColumnElement[datetime], future: datetime) -> Condition:
    """Something stands there that is no moment, or none that can be."""
    wrong = or_(column < BEGINNING, column > future, not_(is_moment(column)))
    return and_(column.is_not(None), wrong)


def moment(value: When) -> ColumnElement[datetime]:
    """A bound moment."""
    return literal(value, Moment()) if isinstance(value, datetime) else value.__clause_element__()


def received_by(
    as_of: When,
    since: When | None = None,
    until: datetime | None = None,
    created: ColumnElement[Any] = reports.c.created_at,
) -> Condition:
    """Created by then, at a moment that can be, with a status that is known.

    ``since`` (inclusive) and ``until`` (exclusive) narrow it. One bound stands on each side, since
    of two SQLite's planner takes the first, not the narrower.
    """
    first = BEGINNING if since is None else at_least(since, BEGINNING)
    last = as_of if until is None else at_most(as_of, until - timedelta.resolution)
    return and_(
        created >= first,
        created <= last,
        is_moment(reports.c.created_at),
        one_of(reports.c.status, [status.value for status in Status]),
    )


def readable_by(as_of: When) -> Condition:
    """As ``received_by``, for questions that another index than that of the receipt answers."""
    return received_by(as_of, created=unindexed(reports.c.created_at))


def reported_before(reporter: ColumnElement[Any], day: ColumnElement[Any]) -> Condition:
    """The reporter sent a readable report before."""
    earlier = reports.alias("earlier")
    seen = select(1).where(
        earlier.c.reporter_id == reporter,
        earlier.c.created_at >= BEGINNING,
        earlier.c.created_at < day,
        is_moment(earlier.c.created_at),
        one_of(earlier.c.status, [status.value for status in Status]),
    )
    return seen.exists()


def _any(*conditions: Condition) -> Condition:
    """A row for the report; of the asking query no table but the reports is meant."""
    return select(1).where(*conditions).correlate(reports).exists()


def undone_after(as_of: When) -> Condition:
    """Of a reopening: the finish held at the moment, and was undone later."""
    return and_(happened(reopenings.c.finished_at, as_of), reopenings.c.reopened_at > as_of)


def _undone_finish(as_of: When, *statuses: Status) -> Condition:
    """A finish that a later reopening undid still held at the moment."""
    held = and_(reopenings.c.report_id == reports.c.id, undone_after(as_of))
    if statuses:
        held = and_(held, one_of(reopenings.c.status, [status.value for status in statuses]))
    return _any(held)


def finished_by(as_of: When) -> Condition:
    """Done, rejected or duplicate at the moment."""
    return or_(happened(reports.c.finished_at, as_of), _undone_finish(as_of))


def done_by(as_of: When) -> Condition:
    """Done at the moment: acted on."""
    return or_(
        and_(one_of(reports.c.status, [Status.DONE.value]), happened(reports.c.finished_at, as_of)),
        _undone_finish(as_of, Status.DONE),
    )


def open_at(as_of: When) -> Condition:
    """Received and not finished: the backlog, with the overdue."""
    return and_(
        readable_by(as_of),
        not_yet(reports.c.finished_at, as_of),
        ~_undone_finish(as_of),
    )


def answered_by(as_of: When) -> Condition:
    """Answered or acted on by the moment."""
    return or_(happened(reports.c.answered_at, as_of), happened(reports.c.finished_at, as_of))


def unanswered_at(as_of: When) -> Condition:
    """Neither answered nor acted on by the moment."""
    return and_(not_yet(reports.c.answered_at, as_of), not_yet(reports.c.finished_at, as_of))


def overdue_at(as_of: When, rule: Rule) -> Condition:
    """Open, neither answered nor done, and older than the deadline."""
    return and_(open_at(as_of), unanswered_at(as_of), past_deadline(as_of, rule))


def past_deadline(as_of: When, rule: Rule) -> Condition:
    """The report's age is more than its deadline."""
    return _by_period(rule, lambda limit: unindexed(reports.c.created_at) < as_of - limit)


def met_deadline(rule: Rule) -> Condition:
    """The first response came within the deadline."""
    waited = seconds_between(reports.c.created_at, FIRST_RESPONSE)
    return _by_period(rule, lambda limit: waited <= limit.total_seconds())


def due_by(as_of: When, rule: Rule) -> Condition:
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


def finish_at(as_of: When) -> ColumnElement[datetime]:
    """When the finish came that holds at the moment; null while the report is open."""
    undone = (
        select(func.max(reopenings.c.finished_at))
        .where(reopenings.c.report_id == reports.c.id, undone_after(as_of))
        .correlate(reports)
        .scalar_subquery()
    )
    finished = happened(reports.c.finished_at, as_of)
    return case((finished, reports.c.finished_at), else_=undone)


def finished_between(start: Any, end: Any, as_of: When) -> tuple[Condition, ...]:
    """The finish that holds at the moment came then, both ends excluded; without end where None.

    Two indexes find those that may have, then it is looked at exactly.
    """
    present = [reports.c.finished_at > start]
    exactly = [finish_at(as_of) > start]
    if end is not None:
        present.append(reports.c.finished_at < end)
        exactly.append(finish_at(as_of) < end)
    recent = union(
        select(reports.c.id).where(*present),
        select(reopenings.c.report_id).where(reopenings.c.reopened_at > as_of),
    ).subquery("recent")
    return reports.c.id.in_(select(recent.c.id)), *exactly


def status_at(as_of: When) -> ColumnElement[str]:
    """The report's status as it was at the moment."""
    undone = (
        select(func.max(reopenings.c.status))
        .where(reopenings.c.report_id == reports.c.id, undone_after(as_of))
        .correlate(reports)
        .scalar_subquery()
    )
    forwarded = _any(
        escalations.c.report_id == reports.c.id, happened(escalations.c.forwarded_at, as_of)
    )
    finished = [status.value for status in sorted(FINISHED)]
    return case(
        (
            and_(happened(reports.c.finished_at, as_of), one_of(reports.c.status, finished)),
            reports.c.status,
        ),
        (undone.is_not(None), undone),
        (happened(reports.c.answered_at, as_of), Status.ANSWERED.value),
        (forwarded, Status.ESCALATED.value),
        else_=Status.RECEIVED.value,
    )


def in_hands(as_of: When) -> Condition:
    """Of an escalation: forwarded by the moment and not handed back."""
    return and_(
        happened(escalations.c.forwarded_at, as_of), not_yet(escalations.c.returned_at, as_of)
    )


def band_of(band: AgeBand, as_of: When) -> Condition:
    """The report's age at the moment lies in the band."""
    order = list(AgeBand)
    before = order[order.index(band) - 1].limit if band is not order[0] else None
    parts: list[Condition] = []
    if band.limit is not None:
        parts.append(reports.c.created_at >= as_of - band.limit)
    if before is not None:
        parts.append(reports.c.created_at < as_of - before)
    return and_(*parts)


def matching(filters: Filters, as_of: When, rule: Rule = CITY_RULE) -> list[Condition]:
    """Conditions on reports that the filters ask for; none where nothing is asked."""
    found: list[Condition] = []
    if isinstance(filters, Chosen):
        found.append(reports.c.id.in_(filters.ids))
    if filters.since is not None:
        found.append(reports.c.created_at >= filters.since)
    if filters.until is not None:
        found.append(reports.c.created_at < filters.until)
    if filters.received_days is not None:
        first = as_of - timedelta(days=filters.received_days) + timedelta.resolution
        found.append(received_by(as_of, first))
    if filters.agencies or filters.hops:
        found.append(_forwarded_to(filters, as_of))
    if filters.categories:
        found.append(
            reports.c.category_id.in_(
                select(categories.c.id).where(one_of(categories.c.name, filters.categories))
            )
        )
    if filters.kecamatan:
        found.append(
            reports.c.area_code.in_(
                select(areas.c.code).where(one_of(areas.c.parent_code, filters.kecamatan))
            )
        )
    if filters.kelurahan:
        found.append(one_of(reports.c.area_code, filters.kelurahan))
    if filters.statuses:
        found.append(status_at(as_of).in_([status.value for status in filters.statuses]))
    if filters.bands:
        found.append(or_(*(band_of(band, as_of) for band in filters.bands)))
    if filters.text:
        found.append(_contains(filters.text))
    return found + _in_hands_of(filters, as_of, rule) + _after_the_finish(filters, as_of)


def _in_hands_of(filters: Filters, as_of: When, rule: Rule) -> list[Condition]:
    """Who holds the reports, how far they were forwarded, and whether they wait too long."""
    found: list[Condition] = []
    if filters.levels:
        found.append(_highest_level(as_of).in_(filters.levels))
    if filters.holders:
        found.append(_held_by(filters.holders, as_of))
    if filters.overdue:
        found.append(overdue_at(as_of, rule))
    return found


def _after_the_finish(filters: Filters, as_of: When) -> list[Condition]:
    """When the finish came that holds at the moment, and what was said of it."""
    found: list[Condition] = []
    if filters.finished_days is not None:
        start = as_of - timedelta(days=filters.finished_days)
        found += finished_between(start, None, as_of)
    if filters.said:
        found.append(finish_at(as_of).is_not(None))
        found.append(or_(*(_was_said(said, as_of) for said in filters.said)))
    return found


def _was_said(said: Said, as_of: When) -> Condition:
    mine = and_(feedback.c.report_id == reports.c.id, happened(feedback.c.created_at, as_of))
    if said is Said.ANYTHING:
        return _any(mine)
    if said is Said.SATISFIED:
        return _any(mine, feedback.c.satisfied.is_(True))
    if said is Said.DISPUTED:
        unsatisfied = or_(feedback.c.satisfied.is_(None), feedback.c.satisfied.is_(False))
        return and_(done_by(as_of), _any(mine, unsatisfied))
    return _any(mine, feedback.c.rating == int(said))


def handed_on(filters: Filters, as_of: When) -> Condition:
    """Of an escalation: it went as the filters' agencies and hops ask, by the moment."""
    asked = [happened(escalations.c.forwarded_at, as_of)]
    if filters.agencies:
        chosen = select(agencies.c.id).where(one_of(agencies.c.abbreviation, filters.agencies))
        asked.append(escalations.c.agency_id.in_(chosen))
    if filters.hops:
        asked.append(escalations.c.level.in_(filters.hops))
    return and_(*asked)


def _forwarded_to(filters: Filters, as_of: When) -> Condition:
    return _any(escalations.c.report_id == reports.c.id, handed_on(filters, as_of))


def _held_by(abbreviations: Sequence[str], as_of: When) -> Condition:
    """In the hands of one of the agencies; the command center holds what nobody else does."""
    chosen = select(agencies.c.id).where(one_of(agencies.c.abbreviation, abbreviations))
    held = (escalations.c.report_id == reports.c.id, in_hands(as_of))
    by_them = _any(*held, escalations.c.agency_id.in_(chosen))
    return or_(by_them, ~_any(*held)) if UNFORWARDED in abbreviations else by_them


def _highest_level(as_of: When) -> ColumnElement[int]:
    return (
        select(func.max(escalations.c.level))
        .where(escalations.c.report_id == reports.c.id, happened(escalations.c.forwarded_at, as_of))
        .correlate(reports)
        .scalar_subquery()
    )


def one_of(column: ColumnElement[str], values: Sequence[str]) -> Condition:
    """Exactly one of the words; compared as the column's collation does first, for its index."""
    known = [value for value in values if _storable(value)]
    if not known:
        return false()
    return and_(column.in_(known), if_mariadb(exact(column).in_(known)))


def _contains(words: str) -> Condition:
    found = words.split()
    if not all(_storable(word) for word in found):
        return false()
    columns = (reports.c.ticket, reports.c.title, reports.c.body)
    return and_(true(), *(or_(*(_has(column, word) for column in columns)) for word in found))


def _has(column: ColumnElement[str], word: str) -> Condition:
    # SQLite's own lower() will do, and is quicker, where the word has only letters that it knows.
    small = func.lower(column) if word.isascii() else fold(column)
    return exact(small).contains(word.lower(), autoescape=True)


def _storable(word: str) -> bool:
    """Whether a database can hold it at all: no NUL, no half of a pair."""
    return "\0" not in word and not any("\ud800" <= letter <= "\udfff" for letter in word)
