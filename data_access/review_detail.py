"""One report from its receipt on: what happened, in whose hands, and what is like it near by."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select

from data_access import conditions as where
from data_access.columns import unindexed
from data_access.grid import to_middle
from data_access.records import BEGINNING, FINISHED, Status
from data_access.review_lists import report_rows
from data_access.review_near import near, placed
from data_access.review_parts import as_typed, rows_of
from data_access.review_records import (
    Event,
    EventKind,
    Hop,
    MaskedReporter,
    ReportDetail,
    ReportRow,
    Similar,
)
from data_access.schema import (
    agencies,
    areas,
    escalations,
    feedback,
    follow_ups,
    reopenings,
    reporters,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_access.reports import Reports

_ORDER = {kind: place for place, kind in enumerate(EventKind)}


def report(
    asked: Reports, ticket: str, as_of: datetime, *, see_confidential: bool
) -> ReportDetail | None:
    """See ``Review.report``."""
    known = _known(asked, ticket, as_of)
    if known is None:
        return None
    row = report_rows(asked, [known.id], as_of, see_confidential=see_confidential)[0]
    hidden = row.confidential and not see_confidential
    forwarded = _forwarded(asked, known.id, as_of)
    latitude, longitude = (None, None) if hidden else _cell(known)
    return ReportDetail(
        row=row,
        body=None if hidden else as_typed(known.body),
        events=_events(asked, known, forwarded, as_of, hidden),
        hops=tuple(_hop(hop, row, as_of) for hop in forwarded),
        reporter=None if hidden or row.anonymous else _reporter(asked, known, as_of),
        latitude=latitude,
        longitude=longitude,
        duplicate_of=_ticket_of(asked, known.duplicate_of, as_of),
        duplicates=_duplicates(asked, known.id, as_of),
        similar=Similar((), 0) if hidden else near(asked, known, as_of, see_confidential),
        first_hop=forwarded[0].forwarded_at - row.received if forwarded else None,
    )


def may_see(asked: Reports, ticket: str, agency: str) -> bool:
    """See ``Review.may_see``."""
    statement = (
        select(escalations.c.id)
        .join(reports, reports.c.id == escalations.c.report_id)
        .join(agencies, agencies.c.id == escalations.c.agency_id)
        .where(
            where.one_of(reports.c.ticket, [ticket]),
            where.one_of(agencies.c.abbreviation, [agency]),
        )
        .limit(1)
    )
    return bool(rows_of(asked, statement))


def _known(asked: Reports, ticket: str, as_of: datetime) -> Any:
    """The report's row; its position and reporter are for the questions here, not to be shown."""
    statement = select(
        reports.c.id,
        reports.c.body,
        reports.c.category_id,
        reports.c.reporter_id,
        reports.c.latitude,
        reports.c.longitude,
        reports.c.status,
        reports.c.created_at,
        reports.c.finished_at,
        reports.c.anonymous,
        reports.c.confidential,
        reports.c.duplicate_of,
    ).where(where.one_of(reports.c.ticket, [ticket]), where.readable_by(as_of))
    found = rows_of(asked, statement)
    return found[0] if found else None


def _ticket_of(asked: Reports, number: int | None, as_of: datetime) -> str | None:
    if number is None:
        return None
    statement = select(reports.c.ticket).where(reports.c.id == number, where.readable_by(as_of))
    found = rows_of(asked, statement)
    return found[0][0] if found else None


def _duplicates(asked: Reports, number: int, as_of: datetime) -> tuple[str, ...]:
    statement = (
        select(reports.c.ticket)
        .where(reports.c.duplicate_of == number, where.readable_by(as_of))
        .order_by(unindexed(reports.c.created_at), reports.c.id)
    )
    return tuple(row[0] for row in rows_of(asked, statement))


def _cell(known: Any) -> tuple[float | None, float | None]:
    """Middle of the map's cell, where the position is one."""
    if not placed(known):
        return None, None
    return to_middle(known.latitude), to_middle(known.longitude)


# -- what happened --------------------------------------------------------------------------------


def _past(at: datetime | None, as_of: datetime) -> bool:
    """As ``conditions.happened``."""
    return at is not None and BEGINNING <= at <= as_of


def _forwarded(asked: Reports, number: int, as_of: datetime) -> Sequence[Any]:
    """The report's hops in order of time."""
    statement = (
        select(
            escalations.c.level,
            agencies.c.abbreviation,
            agencies.c.name,
            escalations.c.forwarded_at,
            escalations.c.answered_at,
            escalations.c.returned_at,
        )
        .join(agencies, agencies.c.id == escalations.c.agency_id)
        .where(
            escalations.c.report_id == number,
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .order_by(escalations.c.forwarded_at, escalations.c.level, escalations.c.id)
    )
    return rows_of(asked, statement)


def _hop(hop: Any, row: ReportRow, as_of: datetime) -> Hop:
    ends = [at for at in (hop.returned_at, row.finished) if at is not None and _past(at, as_of)]
    until = max(min(ends), hop.forwarded_at) if ends else None
    return Hop(
        level=hop.level,
        agency=hop.abbreviation,
        name=hop.name,
        forwarded=hop.forwarded_at,
        answered=hop.answered_at if _past(hop.answered_at, as_of) else None,
        until=until,
        held=(until or as_of) - hop.forwarded_at,
        late=_passed_in_hands(hop.forwarded_at, until or as_of, row),
    )


def _passed_in_hands(start: datetime, end: datetime, row: ReportRow) -> bool:
    """The deadline came while the agency held it, and nobody had answered yet."""
    due = row.due
    if due is None or not start <= due < end:
        return False
    return row.answered is None or row.answered > due


def _events(
    asked: Reports, known: Any, forwarded: Sequence[Any], as_of: datetime, hidden: bool
) -> tuple[Event, ...]:
    """All that happened by the moment, in order of time."""
    events = [
        Event(EventKind.RECEIVED, known.created_at),
        *_hop_events(forwarded, as_of),
        *_finish_events(asked, known, as_of),
        *_follow_ups(asked, known.id, as_of, hidden),
        *_opinions(asked, known.id, as_of, hidden),
    ]
    return tuple(sorted(events, key=lambda event: (event.at, _ORDER[event.kind])))


def _hop_events(forwarded: Sequence[Any], as_of: datetime) -> list[Event]:
    moments = (
        (EventKind.FORWARDED, "forwarded_at"),
        (EventKind.ANSWERED, "answered_at"),
        (EventKind.RETURNED, "returned_at"),
    )
    return [
        Event(kind, at, agency=hop.abbreviation, level=hop.level)
        for hop in forwarded
        for kind, name in moments
        if _past(at := getattr(hop, name), as_of)
    ]


def _finish_events(asked: Reports, known: Any, as_of: datetime) -> list[Event]:
    statement = select(
        reopenings.c.status, reopenings.c.finished_at, reopenings.c.reopened_at
    ).where(reopenings.c.report_id == known.id)
    events = []
    for undone in rows_of(asked, statement):
        status = _status(undone.status)
        if _past(undone.finished_at, as_of):
            events.append(Event(EventKind.FINISHED, undone.finished_at, status=status))
        if _past(undone.reopened_at, as_of):
            events.append(Event(EventKind.REOPENED, undone.reopened_at, status=status))
    if _past(known.finished_at, as_of):
        status = _status(known.status)
        told = status if status in FINISHED else None
        events.append(Event(EventKind.FINISHED, known.finished_at, status=told))
    return events


def _status(value: str) -> Status | None:
    """A status of the contract; an owner may have others."""
    return Status(value) if value in set(Status) else None


def _follow_ups(asked: Reports, number: int, as_of: datetime, hidden: bool) -> list[Event]:
    statement = (
        select(
            agencies.c.abbreviation,
            follow_ups.c.status,
            follow_ups.c.note,
            follow_ups.c.created_at,
        )
        .select_from(follow_ups)
        .outerjoin(agencies, agencies.c.id == follow_ups.c.agency_id)
        .where(follow_ups.c.report_id == number, where.happened(follow_ups.c.created_at, as_of))
        .order_by(follow_ups.c.created_at, follow_ups.c.id)
    )
    return [
        Event(
            EventKind.FOLLOW_UP,
            row.created_at,
            agency=row.abbreviation,
            status=_status(row.status),
            note=None if hidden else as_typed(row.note),
        )
        for row in rows_of(asked, statement)
    ]


def _opinions(asked: Reports, number: int, as_of: datetime, hidden: bool) -> list[Event]:
    statement = (
        select(feedback.c.satisfied, feedback.c.rating, feedback.c.comment, feedback.c.created_at)
        .where(feedback.c.report_id == number, where.happened(feedback.c.created_at, as_of))
        .order_by(feedback.c.created_at, feedback.c.id)
    )
    return [
        Event(
            EventKind.FEEDBACK,
            row.created_at,
            note=None if hidden else as_typed(row.comment),
            satisfied=bool(row.satisfied),
            rating=row.rating,
        )
        for row in rows_of(asked, statement)
    ]


# -- who ------------------------------------------------------------------------------------------


def _reporter(asked: Reports, known: Any, as_of: datetime) -> MaskedReporter | None:
    """Which of the kelurahan's reporters it is, and how many reports stand under that name."""
    if known.reporter_id is None:
        return None
    home = _home(asked, known.reporter_id)
    own = select(func.count()).where(
        reports.c.reporter_id == known.reporter_id,
        reports.c.anonymous.is_(False),
        reports.c.confidential.is_(False),
        where.readable_by(as_of),
    )
    return MaskedReporter(
        number=_number(asked, known.reporter_id, home.code if home else None),
        kelurahan=home.name if home else None,
        reports=int(rows_of(asked, own)[0][0]),
    )


def _home(asked: Reports, reporter: int) -> Any:
    """The reporter's kelurahan, which may be that of a lingkungan."""
    below = areas.alias("below")
    statement = (
        select(areas.c.code, areas.c.name)
        .select_from(reporters)
        .join(below, below.c.code == reporters.c.area_code)
        .join(
            areas,
            or_(
                and_(below.c.level == "lingkungan", areas.c.code == below.c.parent_code),
                and_(below.c.level != "lingkungan", areas.c.code == below.c.code),
            ),
        )
        .where(reporters.c.id == reporter)
    )
    found = rows_of(asked, statement)
    return found[0] if found else None


def _number(asked: Reports, reporter: int, kelurahan: str | None) -> int:
    inside = select(areas.c.code).where(
        or_(areas.c.code == kelurahan, areas.c.parent_code == kelurahan)
    )
    place = (
        reporters.c.area_code.is_(None)
        if kelurahan is None
        else (reporters.c.area_code.in_(inside))
    )
    statement = select(func.count()).where(place, reporters.c.id <= reporter)
    return int(rows_of(asked, statement.select_from(reporters))[0][0])


# -- what is like it ------------------------------------------------------------------------------


def similar(asked: Reports, ticket: str, as_of: datetime, *, see_confidential: bool) -> Similar:
    """See ``Review.similar``."""
    known = _known(asked, ticket, as_of)
    if known is None or (known.confidential and not see_confidential):
        return Similar((), 0)
    return near(asked, known, as_of, see_confidential)
