"""Notice that another program committed something, without touching its schema.

``watch = change_token(engine)`` once, then ``watch()`` in a loop on one thread: the answer differs
from the last one whenever a commit may have changed a table of the contract.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.exc import SQLAlchemyError

from data_access.deadline import limited
from data_access.errors import DataUnavailable, Reason, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sqlalchemy import Engine


class Watch(Protocol):
    """Tells whether something changed; belongs to one thread."""

    def __call__(self) -> Hashable:
        """Differs from the last answer when a commit may have changed something."""

    def close(self) -> None:
        """Let go of the connection; a further call opens another."""


def change_token(engine: Engine) -> Watch:
    """A function whose answer differs after every commit of another connection.

    It keeps one connection of its own, opened at the first call and again after a failure, and
    raises ``DataUnavailable`` when it can't tell. It belongs to one thread.
    """
    return _SqliteWatch(engine) if engine.dialect.name == "sqlite" else _ServerWatch(engine)


class _SqliteWatch:
    """``PRAGMA data_version`` on a kept connection, and which file the name stands for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file = _file_of(engine)
        self._opened = 0
        self._connection: Any = None
        self._identity: Hashable = None

    def __call__(self) -> Hashable:
        identity = self._identify()
        if self._connection is None or identity != self._identity:
            self._reopen(identity)
        try:
            # fetchall, since an unfinished statement would hold back the owner's checkpoints
            version = self._connection.dbapi_connection.execute("PRAGMA data_version").fetchall()
        except sqlite3.Error as error:
            self.close()
            raise unavailable(error) from None
        # data_version only compares within one connection.
        return self._opened, version[0][0]

    def _identify(self) -> Hashable:
        if self._file is None:
            return None
        try:
            stat = self._file.stat()
        except OSError:
            if self._connection is not None:
                # A file that was taken away is let go of: whoever has it may write to it.
                self._engine.dispose()
            self.close()
            raise DataUnavailable(Reason.MISSING) from None
        return stat.st_dev, stat.st_ino

    def _reopen(self, identity: Hashable) -> None:
        self.close()
        # What the pool keeps may still read the file that was there before.
        self._engine.dispose()
        try:
            self._connection = self._engine.raw_connection()
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise unavailable(error) from None
        self._connection.detach()
        self._identity = identity
        self._opened += 1

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _file_of(engine: Engine) -> Path | None:
    name = engine.url.database
    return None if name in {None, "", ":memory:"} else Path(str(name))


CREDIT_S = 3.0
COST_S = 1.0
COST_FACTOR = 5.0
COST_MOST_S = 5.0
"""A server's marks move with the commits of all its databases, and in MariaDB before the commit
too. Reading the contract for each would let a busy neighbour keep this program busy. So a change
told costs a second, or five times as long as the caller then took to come back (but five seconds
at most, so that none waits longer for it), and time gives back: a few changes after a quiet time
are told at once, and a caller under a steady stream spends at most a fifth of its time on it.
What was not told at once is told later, never lost.
"""


class _ServerWatch:
    """A mark of the server, asked for on a kept connection.

    The mark never stays where it was through a commit, so no change is missed, whether the contract
    stands on tables, on views or on views of views. What it can't tell is whose commit it was.
    Data that lies outside the server (foreign tables) moves no mark: it is seen at the next
    reading that time itself asks for.
    """

    def __init__(self, engine: Engine, clock: Callable[[], float] = monotonic) -> None:
        self._engine = engine
        self._clock = clock
        self._question = _MARKS[engine.dialect.name]
        self._opened = 0
        self._connection: Any = None
        self._told: Hashable = None
        self._just_told = False
        self._asked_at = clock()
        self._credit = CREDIT_S

    def __call__(self) -> Hashable:
        mark = self._mark()
        self._account()
        self._just_told = mark != self._told and self._credit > 0
        if self._just_told:
            self._told = mark
        return self._told

    def _account(self) -> None:
        now = self._clock()
        passed, self._asked_at = now - self._asked_at, now
        self._credit = min(CREDIT_S, self._credit + passed)
        if self._just_told:
            self._credit -= min(COST_MOST_S, max(COST_S, COST_FACTOR * passed))

    def _mark(self) -> Hashable:
        try:
            with limited() as question:
                if self._connection is None:
                    self._open()
                question.hold(self._connection.dbapi_connection)
                cursor = self._connection.cursor()
                cursor.execute(self._question)
                rows = cursor.fetchall()
                cursor.close()
        except DataUnavailable:
            self.close()
            raise
        except self._engine.dialect.loaded_dbapi.Error as error:
            self.close()
            raise unavailable(error) from None
        return self._opened, tuple(rows)

    def _open(self) -> None:
        self._connection = self._engine.raw_connection()
        self._connection.detach()
        self._opened += 1
        # What changed while nobody looked is told at once.
        self._credit, self._just_told = CREDIT_S, False

    def close(self) -> None:
        """Let go of the connection; the next call opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


_POSTGRESQL_MARK = """
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()::text
            ELSE pg_current_snapshot()::text END
"""
"""The snapshot is what PostgreSQL itself decides by whether a row is visible: which transactions
have ended. Readers don't move it, a commit does at once. (The counters of ``pg_stat_all_tables``
know the table, but were seen more than ten seconds late where a program keeps its connection. On a
standby the snapshot doesn't list all that it knows; there what was replayed counts.)
"""

_MARIADB_MARK = """
SHOW GLOBAL STATUS WHERE Variable_name IN
('Innodb_lsn_current', 'Handler_write', 'Handler_update', 'Handler_delete')
"""
"""InnoDB's log grows with every commit, and any account may ask for its length; the handler's
counters, which leave out temporary tables, are for other engines. (``tables.update_time`` counts
whole seconds and shows only tables that the account may read, which behind views is none.)
"""

_MARKS = {
    "postgresql": _POSTGRESQL_MARK,
    "mysql": _MARIADB_MARK,
    "mariadb": _MARIADB_MARK,
}


class Listener:
    """Waits for a ``NOTIFY`` of PostgreSQL's owner; see docs/change-notification.md.

    A notification is sure, and at once: read then without asking ``watch()``, which may be
    gathering. It belongs to one thread.
    """

    def __init__(self, engine: Engine, channel: str = "bcc_reports") -> None:
        self._engine = engine
        self._channel = engine.dialect.identifier_preparer.quote(channel)
        self._connection: Any = None

    def wait(self, timeout: float) -> bool:
        """Whether there was a notification; returns with the first, or after the time.

        Notifications are lost while there is no connection: ``watch()`` sees what they would
        have told.

        Raises:
            DataUnavailable: no connection, or it broke; the next call opens another.
        """
        try:
            if self._connection is None:
                self._open()
            heard = self._connection.dbapi_connection.notifies(timeout=timeout, stop_after=1)
            return any(True for _ in heard)
        except DataUnavailable:
            self.close()
            raise
        except self._engine.dialect.loaded_dbapi.Error as error:
            self.close()
            raise unavailable(error) from None

    def _open(self) -> None:
        with limited():
            self._connection = self._engine.raw_connection()
            self._connection.detach()
            self._connection.dbapi_connection.execute(f"LISTEN {self._channel}")

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
