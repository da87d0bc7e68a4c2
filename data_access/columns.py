"""Where the dialects differ: moments in columns, and differences between moments."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, Float, Integer, String, and_, case
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import DateTime, TypeDecorator

from data_access.periods import BLOCK_S

Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


Ticket = String(40).with_variant(
    mysql.VARCHAR(40, charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb"
)
"""Tickets that differ in case are different reports, also in MariaDB."""

_NUMBERS = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?")


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC, or ``None`` for what is no moment (``conditions.happened``).

    PostgreSQL keeps ``timestamptz``; MariaDB ``DATETIME(6)``; SQLite text in UTC, without a
    fraction where it is zero. So the order of the stored values is the order of time in all three,
    also beside values that SQLite's own ``datetime()`` or another program wrote.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Microseconds in MariaDB too; SQLite's text is written and read here."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(_SqliteText())
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return super().load_dialect_impl(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse naive moments: they would be read in whatever zone the server has."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        value = value.astimezone(UTC)
        if dialect.name == "postgresql":
            return value
        value = value.replace(tzinfo=None)
        return value.isoformat(" ") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Aware, in UTC; an owner's view may have dates, and SQLite anything."""
        if isinstance(value, str):
            value = _parsed(value)
        elif isinstance(value, date) and not isinstance(value, datetime):
            value = datetime(value.year, value.month, value.day)
        if not isinstance(value, datetime):
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class _SqliteText(String):
    """Text, in a column that is declared like the other servers'."""

    __visit_name__ = "DATETIME"

    def get_dbapi_type(self, dbapi: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """None: the driver converts nothing."""
        return None


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    found = _NUMBERS.match(text)
    if not found:
        return None
    year, month, day, hour, minute, second = (int(number or 0) for number in found.groups())
    try:
        # SQLite too counts 31 February as the days after the end of the month.
        start = datetime(year, month, 1)
        return start + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
    except (ValueError, OverflowError):
        return None


class is_moment(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function that it is
    """Whether a stored value, not null, is a date at all.

    MariaDB keeps zero dates and 31 February if its mode lets it, SQLite any text.
    """

    type = Boolean()
    inherit_cache = True


@compiles(is_moment)
def _is_moment(_element: is_moment, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "true"


@compiles(is_moment, "mysql")
@compiles(is_moment, "mariadb")
def _is_moment_mariadb(element: is_moment, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(to_days({compiler.process(element.clauses, **kw)}) is not null)"


@compiles(is_moment, "sqlite")
def _is_moment_sqlite(element: is_moment, compiler: SQLCompiler, **kw: Any) -> str:
    # A bare number is a Julian day too; no report is older than the year 2000.
    return f"(coalesce(julianday({compiler.process(element.clauses, **kw)}), 0) > 2451544)"


class seconds_between(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds from the first moment to the second, exact to the millisecond."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "postgresql")
def _postgresql(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    # Without the casts two columns of an owner's view that are dates differ by a bare number.
    span = f"cast({end} as timestamptz) - cast({start} as timestamptz)"
    return f"cast(extract(epoch from ({span})) as double precision)"


@compiles(seconds_between, "mysql")
@compiles(seconds_between, "mariadb")
def _mariadb(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"(timestampdiff(microsecond, {start}, {end}) / 1000000.0)"


@compiles(seconds_between, "sqlite")
def _sqlite(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"round((julianday({end}) - julianday({start})) * 86400.0, 3)"


class grid_cell(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Number of the cell of the given size, in degrees, that a coordinate lies in; 0 at -180."""

    type = Integer()
    inherit_cache = True


@compiles(grid_cell)
def _grid_cell(element: grid_cell, compiler: SQLCompiler, **kw: Any) -> str:
    coordinate, size = (compiler.process(part, **kw) for part in element.clauses)
    # A decimal would be divided exactly, and some positions on an edge fall into the next cell.
    return f"floor((cast({coordinate} as double precision) + 180.0) / {size})"


@compiles(grid_cell, "mysql")
@compiles(grid_cell, "mariadb")
def _grid_cell_mariadb(element: grid_cell, compiler: SQLCompiler, **kw: Any) -> str:
    coordinate, size = (compiler.process(part, **kw) for part in element.clauses)
    return f"floor((cast({coordinate} as double) + 180e0) / {size})"


@compiles(grid_cell, "sqlite")
def _grid_cell_sqlite(element: grid_cell, compiler: SQLCompiler, **kw: Any) -> str:
    coordinate, size = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast((cast({coordinate} as real) + 180.0) / {size} as integer)"


class block_number(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Number of a moment's block, as ``periods.block_of`` counts."""

    type = Integer()
    inherit_cache = True


class local_month(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Number of a moment's month in WIB: twelve times the year, and the months before it."""

    type = Integer()
    inherit_cache = True


class local_year(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """A moment's year in WIB."""

    type = Integer()
    inherit_cache = True


def _local_sqlite(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    """The date; without the fraction of the second, since SQLite rounds it up."""
    (value,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"date(substr({value}, 1, 19), '+7 hours')"


def _local_postgresql(element: FunctionElement[int], compiler: SQLCompiler, **kw: Any) -> str:
    (value,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"(({value} at time zone 'UTC') + interval '7 hours')"


@compiles(block_number, "sqlite")
def _block_number_sqlite(element: block_number, compiler: SQLCompiler, **kw: Any) -> str:
    (value,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"(cast(strftime('%s', substr({value}, 1, 19)) as integer) / {BLOCK_S})"


@compiles(block_number, "postgresql")
def _block_number_postgresql(element: block_number, compiler: SQLCompiler, **kw: Any) -> str:
    (value,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast(floor(extract(epoch from {value}) / {BLOCK_S}) as integer)"


@compiles(local_year, "sqlite")
def _local_year_sqlite(element: local_year, compiler: SQLCompiler, **kw: Any) -> str:
    return f"cast(substr({_local_sqlite(element, compiler, **kw)}, 1, 4) as integer)"


@compiles(local_year, "postgresql")
def _local_year_postgresql(element: local_year, compiler: SQLCompiler, **kw: Any) -> str:
    return f"cast(extract(year from {_local_postgresql(element, compiler, **kw)}) as integer)"


@compiles(local_month, "sqlite")
def _local_month_sqlite(element: local_month, compiler: SQLCompiler, **kw: Any) -> str:
    day = _local_sqlite(element, compiler, **kw)
    return f"(substr({day}, 1, 4) * 12 + substr({day}, 6, 2) - 1)"


@compiles(local_month, "postgresql")
def _local_month_postgresql(element: local_month, compiler: SQLCompiler, **kw: Any) -> str:
    day = _local_postgresql(element, compiler, **kw)
    return f"cast(extract(year from {day}) * 12 + extract(month from {day}) - 1 as integer)"


class unindexed(FunctionElement[Any]):  # noqa: N801 - reads as the SQL function that it is
    """The column itself, where SQLite's planner must not choose the column's index.

    It knows no distributions, and would walk through all of history where another index leads to
    the few rows that are wanted.
    """

    inherit_cache = True

    def __init__(self, column: ColumnElement[Any]) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(unindexed)
def _unindexed(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = (compiler.process(part, **kw) for part in element.clauses)
    return column


@compiles(unindexed, "sqlite")
def _unindexed_sqlite(element: unindexed, compiler: SQLCompiler, **kw: Any) -> str:
    (column,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"+{column}"


def earliest(first: ColumnElement[Any], second: ColumnElement[Any]) -> ColumnElement[Any]:
    """The earlier of two moments of which either may be null."""
    return case(
        (first.is_(None), second),
        (second.is_(None), first),
        (first <= second, first),
        else_=second,
    )


class exact(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """A text as it is stored: case, accents and trailing blanks tell two of them apart.

    MariaDB's usual collations see none of them, and take all emoji for one.
    """

    type = String()
    inherit_cache = True


@compiles(exact)
def _exact(element: exact, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(exact, "mysql")
@compiles(exact, "mariadb")
def _exact_mariadb(element: exact, compiler: SQLCompiler, **kw: Any) -> str:
    text = compiler.process(element.clauses, **kw)
    return f"convert({text} using utf8mb4) collate utf8mb4_nopad_bin"


class if_mariadb(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function that it is
    """A condition that only MariaDB needs; true elsewhere."""

    type = Boolean()
    inherit_cache = True


@compiles(if_mariadb)
def _if_mariadb(_element: if_mariadb, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "true"


@compiles(if_mariadb, "mysql")
@compiles(if_mariadb, "mariadb")
def _if_mariadb_holds(element: if_mariadb, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


class if_sqlite(FunctionElement[bool]):  # noqa: N801 - reads as the SQL function that it is
    """A condition that only SQLite needs; true elsewhere."""

    type = Boolean()
    inherit_cache = True


@compiles(if_sqlite)
def _if_sqlite(_element: if_sqlite, _compiler: SQLCompiler, **_kw: Any) -> str:
    return "true"


@compiles(if_sqlite, "sqlite")
def _if_sqlite_holds(element: if_sqlite, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


def begins_with(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Begins with the text; in SQLite, whose LIKE uses no index of exact texts, by a range."""
    between = and_(column >= text, column < f"{text}\U0010ffff")
    return and_(if_sqlite(between), column.startswith(text, autoescape=True))


class fold(FunctionElement[str]):  # noqa: N801 - reads as the SQL function that it is
    """A text in small letters, to be searched in; see ``engine`` for SQLite's."""

    type = String()
    inherit_cache = True


@compiles(fold)
def _fold(element: fold, compiler: SQLCompiler, **kw: Any) -> str:
    return f"lower({compiler.process(element.clauses, **kw)})"


@compiles(fold, "sqlite")
def _fold_sqlite(element: fold, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fold({compiler.process(element.clauses, **kw)})"
