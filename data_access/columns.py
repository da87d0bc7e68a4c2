"""Where the dialects differ: moments in columns, and differences between moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Dialect, Float, Integer, case
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import DateTime, TypeDecorator

Id = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC.

    PostgreSQL keeps ``timestamptz``; MariaDB ``DATETIME(6)`` and SQLite text in UTC, so that the
    order of the stored values is the order of time in all three.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Microseconds in MariaDB too."""
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return super().load_dialect_impl(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive moments: they would be read in whatever zone the server has."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class seconds_between(FunctionElement[float]):  # noqa: N801 - reads as the SQL function that it is
    """Seconds from the first moment to the second, exact to the millisecond."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "postgresql")
def _postgresql(element: seconds_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast(extract(epoch from ({end} - {start})) as double precision)"


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
    return f"floor(({coordinate} + 180.0) / {size})"


@compiles(grid_cell, "sqlite")
def _grid_cell_sqlite(element: grid_cell, compiler: SQLCompiler, **kw: Any) -> str:
    coordinate, size = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast(({coordinate} + 180.0) / {size} as integer)"


class whole_part(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """A number that is not negative, without its fraction."""

    type = Integer()
    inherit_cache = True


@compiles(whole_part)
def _whole_part(element: whole_part, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast(floor({number}) as integer)"


@compiles(whole_part, "sqlite")
def _whole_part_sqlite(element: whole_part, compiler: SQLCompiler, **kw: Any) -> str:
    (number,) = (compiler.process(part, **kw) for part in element.clauses)
    return f"cast({number} as integer)"


class local_day(FunctionElement[int]):  # noqa: N801 - reads as the SQL function that it is
    """Number of a moment's day in WIB, as ``date.toordinal`` counts."""

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


@compiles(local_day, "sqlite")
def _local_day_sqlite(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    return f"cast(julianday({_local_sqlite(element, compiler, **kw)}) - 1721424.5 as integer)"


@compiles(local_day, "postgresql")
def _local_day_postgresql(element: local_day, compiler: SQLCompiler, **kw: Any) -> str:
    day = _local_postgresql(element, compiler, **kw)
    return f"(cast({day} as date) - date '0001-01-01' + 1)"


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
