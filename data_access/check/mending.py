"""Fragments of SQL that mend a column in a view, in the words of each server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Boolean, Float, Integer

from data_access.columns import Moment
from data_access.records import FINISHED, Status

if TYPE_CHECKING:
    from sqlalchemy import Column, Table

INDONESIAN = {
    "masuk": Status.RECEIVED,
    "baru": Status.RECEIVED,
    "diterima": Status.RECEIVED,
    "diteruskan": Status.ESCALATED,
    "didisposisikan": Status.ESCALATED,
    "proses": Status.ESCALATED,
    "diproses": Status.ESCALATED,
    "dijawab": Status.ANSWERED,
    "ditanggapi": Status.ANSWERED,
    "ditindaklanjuti": Status.ANSWERED,
    "selesai": Status.DONE,
    "tuntas": Status.DONE,
    "ditolak": Status.REJECTED,
    "ganda": Status.DUPLICATE,
    "duplikat": Status.DUPLICATE,
}
"""Words that reports of Indonesian cities are often marked with."""

_TYPES = {
    "postgresql": {"moment": "timestamptz", "int": "bigint", "float": "double precision"},
    "mysql": {"moment": "datetime(6)", "int": "signed", "float": "double"},
    "sqlite": {"moment": "text", "int": "integer", "float": "real"},
}
_FROM_WIB = {
    "postgresql": "{0} AT TIME ZONE 'Asia/Jakarta'",
    "mysql": "convert_tz({0}, '+07:00', '+00:00')",
    "sqlite": "datetime({0}, '-7 hours')",
}


def view_of(table: Table) -> str:
    """The beginning of a view."""
    return f"CREATE VIEW {table.name} AS SELECT {', '.join(c.name for c in table.c)} FROM …"


def added(column: Column[Any]) -> str:
    """A column that is not there."""
    return f"{'NULL' if column.nullable else '…'} AS {column.name}"


def cast_to(column: Column[Any], dialect: str) -> str:
    """A column of another type."""
    kinds: tuple[tuple[Any, str], ...] = ((Moment, "moment"), (Float, "float"), (Integer, "int"))
    for kind, name in kinds:
        if isinstance(column.type, kind):
            return f"CAST({column.name} AS {_TYPES[dialect][name]}) AS {column.name}"
    if isinstance(column.type, Boolean):
        return f"CASE WHEN {column.name} IN (1, '1') THEN 1 ELSE 0 END AS {column.name}"
    kind = "char" if dialect == "mysql" else "text"
    return f"CAST({column.name} AS {kind}) AS {column.name}"


def word(column: str, value: str, known: tuple[str, ...]) -> str:
    """A word that is not known: as it would be known, or all that are."""
    plain = value.strip().lower()
    if plain in known:
        return f"trim(lower({column})) AS {column}"
    if column == "status" and plain in INDONESIAN:
        return (
            f"CASE trim(lower({column})) WHEN '{plain}' THEN '{INDONESIAN[plain]}' … "
            f"ELSE trim(lower({column})) END AS {column}"
        )
    return f"CASE {column} WHEN {quoted(value)} THEN … END AS {column}  -- {', '.join(known)}"


def quoted(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def null_if(column: str, condition: str) -> str:
    """The column, and null where the condition holds."""
    return f"CASE WHEN {condition} THEN NULL ELSE {column} END AS {column}"


def from_wib(column: str, dialect: str) -> str:
    """A moment that was kept in the local time of Binjai."""
    return f"{_FROM_WIB[dialect].format(column)} AS {column}"


def finished_words() -> str:
    """The statuses that are finished, as a list in SQL."""
    return ", ".join(quoted(status.value) for status in sorted(FINISHED))


def reading_account(dialect: str) -> str:
    """How to make an account that only reads."""
    if dialect == "postgresql":
        return "CREATE ROLE bcc_wall LOGIN PASSWORD '…'; GRANT SELECT ON … TO bcc_wall"
    return "CREATE USER bcc_wall IDENTIFIED BY '…'; GRANT SELECT ON … TO bcc_wall"
