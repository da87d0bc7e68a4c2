"""One transaction on an owned report database: all of an import, or nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from data_access.columns import Moment
from data_access.errors import unavailable
from data_access.importing.texts import ImportingError
from data_access.schema import (
    agencies,
    categories,
    escalations,
    follow_ups,
    metadata,
    reopenings,
    reporters,
    reports,
)

LOCK_NUMBER = 531_720_17
LOCK_WAIT_S = 10

_NUMBERED = (agencies, categories, reporters, reports, reopenings, escalations, follow_ups)

own_metadata = MetaData()

import_state = Table(
    "import_state",
    own_metadata,
    Column("source", String(255), primary_key=True, comment="address that was read"),
    Column("moment", Moment, nullable=False, comment="latest change that was read"),
)


@contextmanager
def owned(engine: Engine) -> Iterator[Connection]:
    """A connection in one transaction, with the contract's tables there.

    Committed at the end of the block; whatever ends it otherwise, the rows are as they were.

    Raises:
        ImportingError: the database is someone else's, is locked, or refuses.
    """
    with refusals_told(), engine.connect() as connection:
        connection.detach()  # its settings and its lock must not come back from the pool
        _begin(connection)
        _refuse_views(connection)
        metadata.create_all(connection)
        own_metadata.create_all(connection)
        _hold_off_writers(connection)
        yield connection
        _advance_sequences(connection)
        connection.commit()


@contextmanager
def refusals_told() -> Iterator[None]:
    """Turn the database's refusals into sentences.

    Raises:
        ImportingError: the database refused.
    """
    try:
        yield
    except SQLAlchemyError as error:
        # The driver's own words may have a citizen's in them.
        raise ImportingError(f"database_{unavailable(error).reason.name.lower()}") from error


def _begin(connection: Connection) -> None:
    """Begin with one writer at a time, and with time enough for large statements."""
    backend = connection.dialect.name
    if backend == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_WAIT_S * 1000}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif backend == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_WAIT_S * 1000}")
        _need_lock(connection, f"SELECT pg_try_advisory_xact_lock({LOCK_NUMBER})")
    else:
        connection.exec_driver_sql("SET max_statement_time = 0")
        connection.exec_driver_sql(f"SET lock_wait_timeout = {LOCK_WAIT_S}")
        connection.exec_driver_sql(f"SET innodb_lock_wait_timeout = {LOCK_WAIT_S}")
        _need_lock(connection, f"SELECT GET_LOCK('bcc_import_{LOCK_NUMBER}', 0)")


def _hold_off_writers(connection: Connection) -> None:
    """Readers go on; other writers wait until the import is through."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(table.name for table in _NUMBERED)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE")


def _advance_sequences(connection: Connection) -> None:
    """PostgreSQL's sequences don't see the ids that an import gave itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in _NUMBERED:
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) "
            f"FROM {table.name} HAVING max(id) IS NOT NULL"
        )


def _need_lock(connection: Connection, statement: str) -> None:
    if not connection.execute(text(statement)).scalar():
        raise ImportingError("database_locked")


def _refuse_views(connection: Connection) -> None:
    views = set(inspect(connection).get_view_names()) & set(metadata.tables)
    if views:
        raise ImportingError("foreign_database", name=min(views))


class Inserter:
    """Inserts rows of one table with the driver's own executemany, which is the fast way."""

    def __init__(self, connection: Connection, table: Table, columns: Sequence[str]) -> None:
        self._connection = connection
        mark = placeholder(connection)
        names = ", ".join(columns)
        marks = ", ".join([mark] * len(columns))
        self._statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"

    def insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert rows whose moments went through ``moment_writer``."""
        if rows:
            self._connection.exec_driver_sql(self._statement, list(rows))


def placeholder(connection: Connection) -> str:
    """The driver's mark for a value."""
    return "?" if connection.dialect.name == "sqlite" else "%s"


def unused_ids(connection: Connection, table: Table) -> Callable[[], int]:
    """Gives unused ids one by one, in a transaction in which nobody else writes."""
    largest = connection.execute(select(func.max(table.c.id))).scalar()
    return count(int(largest or 0) + 1).__next__
