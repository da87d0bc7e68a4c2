"""What a table holds that can't be read, counted by the database in few passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Column,
    Table,
    and_,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
)

from data_access import conditions as where
from data_access.check import mending
from data_access.check.findings import Code, Finding, Severity
from data_access.check.structure import family, kind_of
from data_access.columns import exact, is_moment
from data_access.records import BEGINNING, FINISHED, Status
from data_access.reports import CLOCK_SKEW
from data_access.schema import (
    agencies,
    areas,
    escalations,
    feedback,
    follow_ups,
    reopenings,
    reports,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

_STATUSES = tuple(status.value for status in Status)
_WORDS: dict[Column[Any], tuple[str, ...]] = {
    reports.c.status: _STATUSES,
    follow_ups.c.status: _STATUSES,
    reopenings.c.status: tuple(sorted(status.value for status in FINISHED)),
    areas.c.level: ("kecamatan", "kelurahan", "lingkungan"),
    agencies.c.kind: ("skpd", "partner"),
}
_NUMBERS: dict[Column[Any], range] = {
    escalations.c.level: range(1, 4),
    feedback.c.rating: range(1, 6),
}
_ORDERS: tuple[tuple[Column[Any], Column[Any]], ...] = (
    (reports.c.created_at, reports.c.answered_at),
    (reports.c.created_at, reports.c.finished_at),
    (reports.c.answered_at, reports.c.finished_at),
    (reopenings.c.finished_at, reopenings.c.reopened_at),
)
_EXPECTED_ROWS = frozenset({"areas", "agencies", "reports"})
_COMES_LATER = frozenset({("announcements", "starts_at"), ("announcements", "ends_at")})
_UNIQUE = {"id", "code", "ticket", "abbreviation"}
_WORDS_TOLD = 20
"""So many words of a column are told; a column that has more holds something else."""

LOCAL = timedelta(hours=7)


@dataclass(frozen=True)
class _Count:
    """Rows of a table for which a condition holds, and what that means."""

    condition: ColumnElement[bool]
    finding: Finding


def findings(
    connection: Connection,
    table: Table,
    columns: dict[str, Any],
    now: datetime,
    present: set[str],
) -> Iterator[Finding]:
    """Everything in a table that is there; columns that are not are passed over."""
    dialect = family(connection.dialect.name)
    there = [column for column in table.c if column.name in columns]
    shifted = _shifted(connection, table, columns, now, dialect)
    counts = [
        *_nulls(there),
        *_moments(there, now, shifted is not None),
        *_coordinates(there),
        *_finishes(table, columns),
        *_orders(table, columns),
    ]
    total, found = _counted(connection, table, counts)
    if not total and table.name in _EXPECTED_ROWS:
        yield Finding(Code.EMPTY, table.name, severity=Severity.WARNING)
    yield from found
    if shifted is not None:
        yield shifted
    for column in there:
        if column in _WORDS:
            yield from _words(connection, column)
        if column in _NUMBERS:
            yield from _numbers(connection, column)
        if column.name in _UNIQUE:
            yield from _duplicates(connection, column)
        for key in column.foreign_keys:
            if key.column.table.name in present:
                yield from _references(connection, column, key.column)


def _counted(
    connection: Connection, table: Table, counts: list[_Count]
) -> tuple[int, list[Finding]]:
    """All counts of a table in one pass."""
    sums = [func.coalesce(func.sum(case((count.condition, 1), else_=0)), 0) for count in counts]
    row = connection.execute(select(func.count(), *sums).select_from(table)).one()
    found = [
        replace(count.finding, count=int(number))
        for count, number in zip(counts, row[1:], strict=True)
        if number
    ]
    return int(row[0]), found


def _nulls(columns: list[Column[Any]]) -> Iterator[_Count]:
    for column in columns:
        if not column.nullable:
            yield _Count(
                column.is_(None),
                _about(column, Code.NULL, sql=f"WHERE {column.name} IS NOT NULL"),
            )


def _moments(columns: list[Column[Any]], now: datetime, shifted: bool) -> Iterator[_Count]:
    for column in columns:
        if kind_of(column) != "datetime":
            continue
        name = column.name
        there = column.is_not(None)
        readable = and_(there, is_moment(column))
        nothing = mending.null_if(name, f"{name} < '2000-01-01'")
        yield _Count(
            and_(there, column >= BEGINNING, not_(is_moment(column))),
            _about(column, Code.NO_MOMENT, sql=f"NULL AS {name}"),
        )
        yield _Count(and_(there, column < BEGINNING), _about(column, Code.TOO_OLD, sql=nothing))
        if (column.table.name, name) in _COMES_LATER or shifted:
            continue
        later = mending.null_if(name, f"{name} > current_timestamp")
        yield _Count(
            and_(readable, column > now + CLOCK_SKEW), _about(column, Code.FUTURE, sql=later)
        )


def _coordinates(columns: list[Column[Any]]) -> Iterator[_Count]:
    for column in columns:
        limit = {"latitude": 90, "longitude": 180}.get(column.name)
        if limit is not None:
            sql = mending.null_if(column.name, f"{column.name} NOT BETWEEN -{limit} AND {limit}")
            yield _Count(
                ~column.between(-limit, limit), _about(column, Code.OUTSIDE_THE_EARTH, sql=sql)
            )


def _finishes(table: Table, columns: dict[str, Any]) -> Iterator[_Count]:
    if table is not reports or not {"status", "finished_at"} <= columns.keys():
        return
    finished = where.one_of(reports.c.status, [status.value for status in FINISHED])
    words = mending.finished_words()
    at = reports.c.finished_at
    yield _Count(
        and_(finished, or_(at.is_(None), at < BEGINNING)),
        _about(
            at,
            Code.FINISHED_WITHOUT_MOMENT,
            sql=f"CASE WHEN status IN ({words}) THEN coalesce(finished_at, answered_at) END "
            "AS finished_at",
        ),
    )
    yield _Count(
        and_(not_(finished), at.is_not(None), at >= BEGINNING),
        _about(
            at,
            Code.MOMENT_WITHOUT_FINISH,
            sql=mending.null_if("finished_at", f"status NOT IN ({words})"),
        ),
    )


def _orders(table: Table, columns: dict[str, Any]) -> Iterator[_Count]:
    for first, second in _ORDERS:
        if first.table is table and {first.name, second.name} <= columns.keys():
            wrong = and_(first >= BEGINNING, second >= BEGINNING, second < first)
            sql = mending.null_if(second.name, f"{second.name} < {first.name}")
            yield _Count(
                wrong,
                Finding(
                    Code.WRONG_ORDER,
                    table.name,
                    second.name,
                    value=second.name,
                    expected=first.name,
                    sql=sql,
                ),
            )


def _shifted(
    connection: Connection, table: Table, columns: dict[str, Any], now: datetime, dialect: str
) -> Finding | None:
    """The newest report is some hours ahead, in a column that says nothing of zones."""
    if table is not reports or "created_at" not in columns:
        return None
    if getattr(columns["created_at"], "timezone", False):
        return None
    created = reports.c.created_at
    statement = select(func.count()).where(
        created > now + CLOCK_SKEW, created <= now + LOCAL + CLOCK_SKEW
    )
    if not connection.execute(statement).scalar_one():
        return None
    return _about(
        created,
        Code.SHIFTED,
        sql=mending.from_wib("created_at", dialect),
        severity=Severity.WARNING,
    )


def _words(connection: Connection, column: Column[Any]) -> Iterator[Finding]:
    known = _WORDS[column]
    word = exact(column).label("word")
    statement = (
        select(word, func.count().label("n"))
        .where(column.is_not(None))
        .group_by(word)
        .order_by(func.count().desc(), word)
        .limit(_WORDS_TOLD + len(known))
    )
    for value, count in connection.execute(statement):
        if value not in known:
            shown = str(value)[:40]
            sql = mending.word(column.name, shown, known)
            yield _about(column, Code.UNKNOWN_WORD, count=count, value=shown, sql=sql)


def _numbers(connection: Connection, column: Column[Any]) -> Iterator[Finding]:
    fits = _NUMBERS[column]
    statement = (
        select(column, func.count())
        .where(~column.between(fits.start, fits.stop - 1))
        .group_by(column)
        .order_by(func.count().desc(), column)
        .limit(_WORDS_TOLD)
    )
    limits = f"{fits.start} AND {fits.stop - 1}"
    sql = mending.null_if(column.name, f"{column.name} NOT BETWEEN {limits}")
    if not column.nullable:
        sql = f"WHERE {column.name} BETWEEN {limits}"
    for value, count in connection.execute(statement):
        expected = f"{fits.start}–{fits.stop - 1}"
        yield _about(
            column, Code.UNKNOWN_NUMBER, count=count, value=str(value), expected=expected, sql=sql
        )


def _duplicates(connection: Connection, column: Column[Any]) -> Iterator[Finding]:
    twice = (
        select(func.count().label("n"))
        .where(column.is_not(None))
        .group_by(exact(column) if kind_of(column) == "text" else column)
        .having(func.count() > 1)
        .subquery()
    )
    count = connection.execute(
        select(func.coalesce(func.sum(twice.c.n - 1), 0)).select_from(twice)
    ).scalar_one()
    if count:
        name, table = column.name, column.table.name
        sql = f"SELECT {name} FROM {table} GROUP BY {name} HAVING count(*) > 1"
        yield _about(column, Code.DUPLICATE, count=int(count), sql=sql)


def _references(
    connection: Connection, column: Column[Any], target: Column[Any]
) -> Iterator[Finding]:
    other = target.table.alias("target")
    found = exists(literal(1)).where(other.c[target.name] == column)
    statement = select(func.count()).select_from(column.table).where(column.is_not(None), ~found)
    count = connection.execute(statement).scalar_one()
    if count:
        name = target.table.name
        sql = mending.null_if(
            column.name, f"{column.name} NOT IN (SELECT {target.name} FROM {name})"
        )
        yield _about(column, Code.BROKEN_REFERENCE, count=count, expected=name, sql=sql)


def _about(column: Column[Any], code: Code, **more: Any) -> Finding:
    return Finding(code, column.table.name, column.name, **more)
