"""Lists of reports: sorted pages of them, and the search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from data_access import conditions as where
from data_access.columns import begins_with, seconds_between
from data_access.records import BEGINNING, FINISHED, Filters, Status
from data_access.review_parts import as_typed, rows_of
from data_access.review_records import Page, ReportRow, SortKey
from data_access.schema import agencies, areas, categories, escalations, reports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from data_access.reports import Reports

MOST_ROWS = 1000
"""No page is longer."""

COUNTED_UP_TO = 100_000
"""Counting stops here: the screen says "lebih dari 100.000"."""

LONGEST_SEARCH = 200
"""Letters of a search that are looked at, and eight words of them."""

above = areas.alias("above")


@dataclass(frozen=True)
class Order:
    """What a list is ordered by; equals, and rows without the value, go by receipt."""

    key: SortKey
    descending: bool


def rows(
    asked: Reports,
    filters: Filters,
    as_of: datetime,
    *,
    order: Order,
    offset: int,
    limit: int,
    see_confidential: bool,
    count: bool,
) -> Page[ReportRow]:
    """See ``Review.rows``."""
    offset, limit = max(0, offset), max(0, min(limit, MOST_ROWS))
    conditions = listed(filters, as_of, see_confidential)
    order = _by_receipt(order, asked.rule, filters)
    statement = (
        _sources(order.key)
        .where(*conditions)
        .order_by(*_ordering(order, asked.rule, as_of, see_confidential))
        .offset(offset)
        .limit(limit)
    )
    ids = [row[0] for row in rows_of(asked, statement)]
    total = _total(asked, conditions) if count else offset + len(ids)
    found = report_rows(asked, ids, as_of, see_confidential=see_confidential)
    return Page(found, offset, total, exact=count and total < COUNTED_UP_TO)


def listed(filters: Filters, as_of: datetime, see_confidential: bool) -> list[where.Condition]:
    """What a list holds: the filters' reports, without telling what confidential ones are about."""
    found = [where.received_by(as_of), *where.matching(filters, as_of)]
    if _only_open(filters):
        found.append(where.open_at(as_of))
    tells = filters.categories or filters.kecamatan or filters.kelurahan or filters.text
    if tells and not see_confidential:
        found.append(reports.c.confidential.is_(False))
    return found


def _only_open(filters: Filters) -> bool:
    return bool(filters.statuses) and not FINISHED & set(filters.statuses)


def _total(asked: Reports, conditions: Sequence[where.Condition]) -> int:
    some = select(reports.c.id).where(*conditions).limit(COUNTED_UP_TO).subquery()
    return int(rows_of(asked, select(func.count()).select_from(some))[0][0])


# -- order ----------------------------------------------------------------------------------------


def _by_receipt(order: Order, rule: where.Rule, filters: Filters) -> Order:
    """The same order told by the receipt, which has an index, where it is the same."""
    if order.key is SortKey.DUE and len(rule) == 1:
        return replace(order, key=SortKey.RECEIVED)
    if order.key is SortKey.AGE and _only_open(filters):
        return Order(SortKey.RECEIVED, not order.descending)
    return order


def _sources(key: SortKey) -> Any:
    """Ids of reports, joined with what the key needs and no more."""
    statement = select(reports.c.id)
    if key is SortKey.CATEGORY:
        return statement.outerjoin(categories, categories.c.id == reports.c.category_id)
    if key in {SortKey.KELURAHAN, SortKey.KECAMATAN}:
        joined = statement.outerjoin(areas, areas.c.code == reports.c.area_code)
        return joined.outerjoin(above, above.c.code == areas.c.parent_code)
    return statement


def _ordering(
    order: Order, rule: where.Rule, as_of: datetime, see_confidential: bool
) -> list[ColumnElement[Any]]:
    """The key with nulls last, then the receipt and the id, all in one direction."""
    last: list[ColumnElement[Any]] = [reports.c.created_at, reports.c.id]
    if order.key is SortKey.RECEIVED:
        return _directed(last, order.descending)
    if order.key is SortKey.TICKET:
        return _directed([reports.c.ticket], order.descending)
    key = _key(order.key, rule, as_of, see_confidential)
    return [case((key.is_(None), 1), else_=0), *_directed([key, *last], order.descending)]


def _directed(keys: list[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    return [key.desc() for key in keys] if descending else keys


def _key(
    key: SortKey, rule: where.Rule, as_of: datetime, see_confidential: bool
) -> ColumnElement[Any]:
    if key in _TELLING:
        name = _TELLING[key]
        return name if see_confidential else case((reports.c.confidential.is_(False), name))
    keys: dict[SortKey, Any] = {
        SortKey.STATUS: lambda: where.status_at(as_of),
        SortKey.LEVEL: lambda: _level_at(as_of),
        SortKey.AGENCY: lambda: _holder_at(as_of),
        SortKey.ANSWERED: lambda: response_at(as_of),
        SortKey.FINISHED: lambda: where.finish_at(as_of),
        SortKey.DUE: lambda: _due(rule),
        SortKey.AGE: lambda: _age(as_of),
    }
    made: ColumnElement[Any] = keys[key]()
    return made


_TELLING: dict[SortKey, ColumnElement[Any]] = {
    SortKey.CATEGORY: categories.c.name,
    SortKey.KELURAHAN: areas.c.name,
    SortKey.KECAMATAN: above.c.name,
}


def response_at(as_of: datetime) -> ColumnElement[datetime]:
    """The first answer or action by the moment; null where there is none."""
    return case((where.happened(where.FIRST_RESPONSE, as_of), where.FIRST_RESPONSE))


def _age(as_of: datetime) -> ColumnElement[float]:
    until = func.coalesce(where.finish_at(as_of), where.moment(as_of))
    return seconds_between(reports.c.created_at, until)


def _due(rule: where.Rule) -> ColumnElement[float]:
    """Seconds from the beginning to the deadline; null without one."""
    since = seconds_between(where.moment(BEGINNING), reports.c.created_at)
    limits = [
        (reports.c.created_at >= period.valid_from, since + period.limit.total_seconds())
        if period.limit is not None
        else (reports.c.created_at >= period.valid_from, None)
        for period in reversed(rule)
    ]
    return case(*limits)


def _level_at(as_of: datetime) -> ColumnElement[int]:
    return (
        select(func.coalesce(func.max(escalations.c.level), 0))
        .where(
            escalations.c.report_id == reports.c.id,
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .correlate(reports)
        .scalar_subquery()
    )


def _holder_at(as_of: datetime) -> ColumnElement[str]:
    return (
        select(agencies.c.abbreviation)
        .join(escalations, escalations.c.agency_id == agencies.c.id)
        .where(
            escalations.c.report_id == reports.c.id,
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .order_by(
            case((where.in_hands(as_of), 0), else_=1),
            escalations.c.forwarded_at.desc(),
            escalations.c.id.desc(),
        )
        .limit(1)
        .correlate(reports)
        .scalar_subquery()
    )


# -- rows -----------------------------------------------------------------------------------------


def report_rows(
    asked: Reports, ids: Sequence[int], as_of: datetime, *, see_confidential: bool
) -> tuple[ReportRow, ...]:
    """The reports of these ids, in their order."""
    if not ids:
        return ()
    statement = (
        select(
            reports.c.id,
            reports.c.ticket,
            reports.c.title,
            reports.c.created_at,
            reports.c.anonymous,
            reports.c.confidential,
            categories.c.name.label("category"),
            areas.c.name.label("kelurahan"),
            above.c.name.label("kecamatan"),
            where.status_at(as_of).label("status"),
            response_at(as_of).label("answered"),
            where.finish_at(as_of).label("finished"),
        )
        .select_from(reports)
        .outerjoin(categories, categories.c.id == reports.c.category_id)
        .outerjoin(areas, areas.c.code == reports.c.area_code)
        .outerjoin(above, above.c.code == areas.c.parent_code)
        .where(reports.c.id.in_(ids))
    )
    found = {row.id: row for row in rows_of(asked, statement)}
    holders = _holders(asked, ids, as_of)
    return tuple(
        _report_row(found[number], holders.get(number, (None, 0)), as_of, asked, see_confidential)
        for number in ids
        if number in found
    )


def _report_row(
    row: Any,
    holder: tuple[str | None, int],
    as_of: datetime,
    asked: Reports,
    see_confidential: bool,
) -> ReportRow:
    hidden = bool(row.confidential) and not see_confidential
    limit = where.limit_for(row.created_at, asked.rule)
    due = row.created_at + limit if limit else None
    return ReportRow(
        ticket=row.ticket,
        title=None if hidden else as_typed(row.title),
        category=None if hidden else row.category,
        kelurahan=None if hidden else row.kelurahan,
        kecamatan=None if hidden else row.kecamatan,
        status=Status(row.status),
        agency=holder[0],
        level=holder[1],
        received=row.created_at,
        answered=row.answered,
        finished=row.finished,
        due=due,
        overdue=bool(due and due < as_of and not row.answered and not row.finished),
        age=max((row.finished or as_of) - row.created_at, timedelta(0)),
        anonymous=bool(row.anonymous),
        confidential=bool(row.confidential),
    )


def _holders(
    asked: Reports, ids: Sequence[int], as_of: datetime
) -> dict[int, tuple[str | None, int]]:
    """Of each report: who holds it, or held it last, and the highest level."""
    statement = (
        select(
            escalations.c.report_id,
            agencies.c.abbreviation,
            escalations.c.level,
            case((where.in_hands(as_of), 1), else_=0).label("held"),
        )
        .join(agencies, agencies.c.id == escalations.c.agency_id)
        .where(
            escalations.c.report_id.in_(ids),
            where.happened(escalations.c.forwarded_at, as_of),
        )
        .order_by(escalations.c.forwarded_at, escalations.c.id)
    )
    last: dict[int, tuple[int, str]] = {}
    levels: dict[int, int] = {}
    for report, agency, level, held in rows_of(asked, statement):
        levels[report] = max(levels.get(report, 0), level)
        if held >= last.get(report, (0, ""))[0]:
            last[report] = (held, agency)
    return {report: (last[report][1], levels[report]) for report in levels}


# -- search ---------------------------------------------------------------------------------------


def search(
    asked: Reports,
    text: str,
    as_of: datetime,
    filters: Filters,
    *,
    see_confidential: bool,
    limit: int,
) -> tuple[ReportRow, ...]:
    """See ``Review.search``."""
    words = _searchable(text)
    if not words:
        return ()
    limit = max(0, min(limit, MOST_ROWS))
    joined = " ".join(words)
    ticket = or_(*(begins_with(reports.c.ticket, way) for way in {joined, joined.upper()}))
    ids = _newest(asked, [*listed(filters, as_of, True), ticket], limit)
    if not ids:
        worded = replace(filters, text=" ".join([*words, filters.text or ""]))
        ids = _newest(asked, listed(worded, as_of, see_confidential), limit)
    return report_rows(asked, ids, as_of, see_confidential=see_confidential)


def _newest(asked: Reports, conditions: list[where.Condition], limit: int) -> list[int]:
    newest = (reports.c.created_at.desc(), reports.c.id.desc())
    statement = select(reports.c.id).where(*conditions).order_by(*newest).limit(limit)
    return [row[0] for row in rows_of(asked, statement)]


def _searchable(text: str) -> list[str]:
    """The words, without what no database holds: NUL, and halves of pairs."""
    kept = text[:LONGEST_SEARCH].replace("\0", "").encode("utf-8", "ignore").decode()
    return kept.split()[:8]
