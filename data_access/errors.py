"""The one exception that leaves ``data_access`` when the database can't answer."""

from __future__ import annotations

import sqlite3
from enum import StrEnum

import psycopg
import pymysql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Reason(StrEnum):
    """Why there are no figures, short enough for a log line; never with SQL or data in it."""

    ABSENT = "no connection to the database"
    MISSING = "the database file is missing"
    LATE = "no answer in time"
    LOCKED = "locked by another program"
    EXHAUSTED = "no connection is free"
    DENIED = "not allowed to read"
    MISMATCH = "a table or column is missing or of another type"
    DAMAGED = "the database is damaged"
    FAILED = "the database reported an error"


class DataUnavailable(Exception):  # noqa: N818 - a state of the world, not a mistake
    """The report database can't be read now; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def late(self) -> bool:
        """Whether asking again soon may help without anyone mending anything."""
        return self.reason in {Reason.LATE, Reason.LOCKED, Reason.EXHAUSTED}


_POSTGRESQL = {
    "57014": Reason.LATE,
    "55P03": Reason.LOCKED,
    "40P01": Reason.LOCKED,
    "53300": Reason.EXHAUSTED,
    "42501": Reason.DENIED,
    "42P01": Reason.MISMATCH,
    "42703": Reason.MISMATCH,
    "42883": Reason.MISMATCH,
    "42804": Reason.MISMATCH,
    "40001": Reason.LOCKED,
    "3F000": Reason.MISMATCH,
}
_POSTGRESQL_CLASSES = {
    "08": Reason.ABSENT,
    "57": Reason.ABSENT,
    "28": Reason.DENIED,
    "3D": Reason.ABSENT,
    "22": Reason.MISMATCH,
    "XX": Reason.DAMAGED,
}
_MARIADB = {
    1969: Reason.LATE,
    3024: Reason.LATE,
    1205: Reason.LOCKED,
    1213: Reason.LOCKED,
    1040: Reason.EXHAUSTED,
    1203: Reason.EXHAUSTED,
    1226: Reason.EXHAUSTED,
    1044: Reason.DENIED,
    1045: Reason.DENIED,
    1142: Reason.DENIED,
    1143: Reason.DENIED,
    1227: Reason.DENIED,
    1356: Reason.MISMATCH,
    1054: Reason.MISMATCH,
    1146: Reason.MISMATCH,
    1049: Reason.ABSENT,
    2002: Reason.ABSENT,
    2003: Reason.ABSENT,
    2006: Reason.ABSENT,
    2013: Reason.ABSENT,
    1053: Reason.ABSENT,
    1927: Reason.ABSENT,
}
_SQLITE = {
    sqlite3.SQLITE_BUSY: Reason.LOCKED,
    sqlite3.SQLITE_LOCKED: Reason.LOCKED,
    sqlite3.SQLITE_INTERRUPT: Reason.LATE,
    sqlite3.SQLITE_CANTOPEN: Reason.MISSING,
    sqlite3.SQLITE_CORRUPT: Reason.DAMAGED,
    sqlite3.SQLITE_NOTADB: Reason.DAMAGED,
    sqlite3.SQLITE_IOERR: Reason.DAMAGED,
    sqlite3.SQLITE_PERM: Reason.DENIED,
    sqlite3.SQLITE_AUTH: Reason.DENIED,
    sqlite3.SQLITE_ERROR: Reason.MISMATCH,
}


def unavailable(error: Exception) -> DataUnavailable:
    """What a driver's or SQLAlchemy's exception means; raise it ``from None``."""
    if isinstance(error, PoolTimeout):
        return DataUnavailable(Reason.EXHAUSTED)
    if isinstance(error, DBAPIError):
        return DataUnavailable(_driver_reason(error.orig, error.connection_invalidated))
    if isinstance(error, SQLAlchemyError):
        return DataUnavailable(Reason.FAILED)
    return DataUnavailable(_driver_reason(error, lost=False))


def _driver_reason(error: BaseException | None, lost: bool) -> Reason:
    found = None
    if isinstance(error, sqlite3.Error):
        # The low byte is the primary code, the rest says more.
        found = _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    elif isinstance(error, pymysql.Error):
        found = _MARIADB.get(error.args[0] if error.args else 0)
    elif isinstance(error, psycopg.Error) and error.sqlstate:
        state = error.sqlstate
        found = _POSTGRESQL.get(state) or _POSTGRESQL_CLASSES.get(state[:2], Reason.FAILED)
    if found is None and (lost or _is_connection_error(error)):
        return Reason.ABSENT
    return found or Reason.FAILED


def _is_connection_error(error: BaseException | None) -> bool:
    """Psycopg gives no SQLSTATE when there was no server to give one."""
    return isinstance(error, psycopg.OperationalError | psycopg.InterfaceError | OSError)
