"""Lists of reports: sorted pages of them, and the search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, or_, select

from data_access import conditions as where
from data_access.columns import begins_with, earliest, seconds_between, unindexed
from data_access.records import BEGINNING, FINISHED, Filters, Status
from data_access.review_parts import as_typed, asked_about, rows_of
from data_access.review_records import Page, ReportRow, SortKey
from data_access.schema import agencies, areas, categories, escalations, reports
from data_access.statements import received

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from data_access.reports import Reports

MOST_ROWS = 1000
"""No page is longer."""

COUNTED_UP_TO = 100_000
"""Counting stops here: the screen says "lebih dari 100.000"."""

FEW = 5000
"""So many are looked up and sorted sooner than found by walking through all."""

LONGEST_SEARCH = 200
"""Letters of a search that are looked at, and eight words of them."""

above = areas.alias("above")


@dataclass(frozen=True)
class Order:
    """What a list is ordered by; equals go by receipt, and no value comes before all others."""

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
    total = _total(asked, _looked_up(filters, as_of, see_confidential)) if count else None
    order = _by_receipt(order, asked.rule, filters)
    rare = _only_open(filters) or (total is not None and total <= FEW)
    # Few are looked up and sorted; of many, those that come first are soon found in their order.
    lookup = _looked_up if rare else _in_order
    statement = (
        _sources(order.key)
        .where(*lookup(filters, as_of, see_confidential))
        .order_by(*_ordering(order, asked.rule, as_of, see_confidential, rare))
        .offset(offset)
        .limit(limit)
    )
    ids = [row[0] for row in rows_of(asked, statement)]
    found = report_rows(asked, ids, as_of, see_confidential=see_confidential)
    if total is None:
        return Page(found, offset, offset + len(ids), exact=False)
    return Page(found, offset, total, exact=total < COUNTED_UP_TO)


def _in_order(filters: Filters, as_of: datetime, see_confidential: bool) -> list[where.Condition]:
    """The list's reports in a form that the index of receipts serves."""
    others = replace(filters, since=None, until=None)
    listed = [received(None, as_of, filters), *where.matching(others, as_of)]
    return [*listed, *_untold(filters, see_confidential)]


def _looked_up(filters: Filters, as_of: datetime, see_confidential: bool) -> list[where.Condition]:
    """The same reports in a form that the filters' own indexes serve."""
    if _only_open(filters):
        listed = [where.open_at(as_of), *where.matching(filters, as_of)]
    else:
        listed = asked_about(as_of, filters)
    return [*listed, *_untold(filters, see_confidential)]


def _untold(filters: Filters, see_confidential: bool) -> list[where.Condition]:
    """No confidential reports where the filters would tell what they are about."""
    tells = filters.categories or filters.kecamatan or filters.kelurahan or filters.text
    return [reports.c.confidential.is_(False)] if tells and not see_confidential else []


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
    order: Order, rule: where.Rule, as_of: datetime, see_confidential: bool, rare: bool
) -> list[ColumnElement[Any]]:
    """The key, then the receipt and the id, all in one direction."""
    created = unindexed(reports.c.created_at) if rare else reports.c.created_at
    last: list[ColumnElement[Any]] = [created, reports.c.id]
    if order.key is SortKey.RECEIVED:
        return _directed(last, order.descending)
    if order.key is SortKey.TICKET:
        ticket = unindexed(reports.c.ticket) if rare else reports.c.ticket
        return _directed([ticket], order.descending)
    key = _key(order.key, rule, as_of, see_confidential)
    return _directed([key, *last], order.descending)


def _directed(keys: list[ColumnElement[Any]], descending: bool) -> list[ColumnElement[Any]]:
    return [key.desc() for key in keys] if descending else keys


def _key(
    key: SortKey, rule: where.Rule, as_of: datetime, see_confidential: bool
) -> ColumnElement[Any]:
    """What the key sorts by, the least possible value in place of none."""
    if key in _TELLING:
        name = _TELLING[key]
        shown = name if see_confidential else case((reports.c.confidential.is_(False), name))
        return func.coalesce(shown, "")
    keys: dict[SortKey, Callable[[], ColumnElement[Any]]] = {
        SortKey.STATUS: lambda: where.status_at(as_of),
        SortKey.LEVEL: lambda: func.coalesce(_level_at(as_of), 0),
        SortKey.AGENCY: lambda: func.coalesce(_holder_at(as_of), ""),
        SortKey.ANSWERED: lambda: func.coalesce(response_at(as_of), where.moment(BEGINNING)),
        SortKey.FINISHED: lambda: func.coalesce(where.finish_at(as_of), where.moment(BEGINNING)),
        SortKey.DUE: lambda: func.coalesce(_due(rule), 0.0),
        SortKey.AGE: lambda: _age(as_of),
    }
    return keys[key]()


_TELLING: dict[SortKey, ColumnElement[Any]] = {
    SortKey.CATEGORY: categories.c.name,
    SortKey.KELURAHAN: areas.c.name,
    SortKey.KECAMATAN: above.c.name,
}


def response_at(as_of: datetime) -> ColumnElement[datetime]:
    """The first answer or action by the moment; null where there is none."""
    return earliest(
        *(
            case((where.happened(column, as_of), column))
            for column in (reports.c.answered_at, reports.c.finished_at)
        )
    )


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
        select(func.max(escalations.c.level))
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
    begun = [where.readable_by(as_of), ticket, *where.matching(filters, as_of)]
    begun += _untold(filters, see_confidential)
    ids = _newest(asked, begun, unindexed(reports.c.created_at), limit)
    if not ids:
        worded = replace(filters, text=" ".join([*words, filters.text or ""]))
        found = _in_order(worded, as_of, see_confidential)
        ids = _newest(asked, found, reports.c.created_at, limit)
    return report_rows(asked, ids, as_of, see_confidential=see_confidential)


def _newest(
    asked: Reports,
    conditions: list[where.Condition],
    created: ColumnElement[datetime],
    limit: int,
) -> list[int]:
    statement = (
        select(reports.c.id)
        .where(*conditions)
        .order_by(created.desc(), reports.c.id.desc())
        .limit(limit)
    )
    return [row[0] for row in rows_of(asked, statement)]


def _searchable(text: str) -> list[str]:
    """The words, without what no database holds: NUL, and halves of pairs."""
    kept = text[:LONGEST_SEARCH].replace("\0", "").encode("utf-8", "ignore").decode()
    return kept.split()[:8]
