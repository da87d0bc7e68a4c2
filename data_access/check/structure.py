"""Whether tables and columns are there, and of a type that can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, String, types
from sqlalchemy.exc import NoSuchTableError

from data_access.check import mending
from data_access.check.findings import Code, Finding
from data_access.columns import Moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Inspector, Table

_FITTING: tuple[tuple[type, str, tuple[type, ...]], ...] = (
    (Moment, "datetime", (DateTime, Date)),
    (Boolean, "boolean", (Boolean, Integer)),
    (Float, "number", (Float, Numeric, Integer)),
    (Integer, "integer", (Integer, Numeric)),
    (String, "text", (String, types.Enum)),
)
"""Of each type of the contract: its name, and the types that can be read for it."""


def columns_of(inspector: Inspector, table: Table) -> dict[str, Any] | None:
    """The columns of a table or view with their types; ``None`` where it is not there."""
    try:
        found = inspector.get_columns(table.name)
    except NoSuchTableError:
        return None
    return {column["name"]: column["type"] for column in found} or None


def missing(table: Table) -> Finding:
    """The table is not there."""
    return Finding(Code.MISSING_TABLE, table.name, sql=mending.view_of(table))


def findings(table: Table, columns: dict[str, Any], dialect: str) -> Iterator[Finding]:
    """What is missing in a table, or of another type."""
    dialect = family(dialect)
    for column in table.c:
        if column.name not in columns:
            yield Finding(Code.MISSING_COLUMN, table.name, column.name, sql=mending.added(column))
        elif expected := _expected(column, columns[column.name], dialect):
            yield Finding(
                Code.WRONG_TYPE,
                table.name,
                column.name,
                value=str(columns[column.name]).lower(),
                expected=expected,
                sql=mending.cast_to(column, dialect),
            )


def family(dialect: str) -> str:
    """MariaDB writes as MySQL does."""
    return "mysql" if dialect == "mariadb" else dialect


def kind_of(column: Column[Any]) -> str:
    """The contract's word for a column's type."""
    return next(name for kind, name, _ in _FITTING if isinstance(column.type, kind))


def _expected(column: Column[Any], found: Any, dialect: str) -> str | None:
    """The type that a column should have; ``None`` where it fits.

    SQLite keeps any value in any column, so there only the values tell.
    """
    if dialect == "sqlite":
        return None
    fitting = next(types for kind, _, types in _FITTING if isinstance(column.type, kind))
    if isinstance(found, (*fitting, types.NullType)):
        return None
    return kind_of(column)
