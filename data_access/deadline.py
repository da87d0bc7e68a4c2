"""A limit for every question that no sick server can outlast.

The limits that a server keeps (``engine``) don't help when the server itself is frozen, and
neither do keepalives: its kernel still answers. So one thread looks after the questions in flight.
When one is out of time it shuts down that question's socket under the driver (in SQLite:
interrupts the statement), which ends the waiting thread's call with an error of the driver.
"""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from data_access.errors import DataUnavailable, Reason, unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Engine, Executable, Row

DEADLINE_S = 5.0
STATEMENT_TIMEOUT_S = 2
"""What the servers keep themselves; SQLite has no such limit, so it is kept for it here."""

LOOK_EVERY_S = 0.1


class _Question:
    """A question in flight, and the driver's connections that it uses."""

    def __init__(self, limit: float) -> None:
        self.ends = monotonic() + limit
        self.expired = False
        self.connections: list[Any] = []

    def hold(self, connection: Any) -> None:
        """A driver's connection that the question may wait for."""
        self.connections.append(connection)

    @property
    def over(self) -> bool:
        """Whether its time is used up, be it by the driver's own limit just before ours."""
        return self.expired or monotonic() >= self.ends - LOOK_EVERY_S

    def cut(self) -> None:
        """End the thread's waiting."""
        self.expired = True
        for connection in self.connections:
            _cut(connection)


class _Guard:
    """Cuts the questions that are out of time; its thread sleeps while there are none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: set[_Question] = set()
        self._some = threading.Event()
        self._thread: threading.Thread | None = None
        self.current = threading.local()

    def begin(self, limit: float) -> _Question:
        """Count from now."""
        question = _Question(limit)
        with self._lock:
            self._questions.add(question)
            # A forked process has the object but not its thread.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._look, name="deadline", daemon=True)
                self._thread.start()
        self._some.set()
        return question

    def end(self, question: _Question) -> None:
        """Answered, or failed."""
        # Under the lock, so that a connection given back is never cut.
        with self._lock:
            self._questions.discard(question)

    def _look(self) -> None:
        while True:
            self._some.wait()
            with self._lock:
                late = [each for each in self._questions if each.ends <= monotonic()]
                for question in late:
                    question.cut()
                self._questions.difference_update(late)
                if not self._questions:
                    self._some.clear()
            sleep(LOOK_EVERY_S)


_guard = _Guard()


@contextmanager
def limited(limit: float = DEADLINE_S) -> Iterator[_Question]:
    """Whatever this thread asks of a guarded engine inside is cut after ``limit`` seconds.

    Raises:
        DataUnavailable: the database did not answer, not in time, or with an error.
    """
    question = _guard.current.question = _guard.begin(limit)
    try:
        yield question
    except Exception as error:
        if question.expired:
            raise DataUnavailable(Reason.LATE) from None
        if isinstance(error, DBAPIError | PoolTimeout):
            raise unavailable(error) from None
        raise
    finally:
        _guard.current.question = None
        _guard.end(question)


def guard(engine: Engine) -> None:
    """Let the limit reach the engine's connections, from their first question on."""

    def hold(connection: Any, *_: Any) -> None:
        question = getattr(_guard.current, "question", None)
        if question is not None:
            question.hold(connection)

    # First of all listeners: SQLAlchemy's own ask the server for its version.
    event.listen(engine, "connect", hold, insert=True)
    event.listen(engine, "checkout", hold)


def ask(
    engine: Engine, statement: Executable, values: Mapping[str, Any] | None = None
) -> Sequence[Row[Any]]:
    """The rows that answer one question, within the limit.

    A connection that the server closed while it lay in the pool is noticed only by asking; the
    question is then asked once more on a new one, so that a restart between two questions is not
    seen. (A ping before each question would cost every question a round trip.)

    Raises:
        DataUnavailable: the database did not answer, not in time, or with an error.
    """
    limit = STATEMENT_TIMEOUT_S if engine.dialect.name == "sqlite" else DEADLINE_S
    with limited(limit) as question:
        try:
            return _read(engine, statement, values)
        except DBAPIError as error:
            if question.over or not error.connection_invalidated:
                raise
        return _read(engine, statement, values)


def _read(
    engine: Engine, statement: Executable, values: Mapping[str, Any] | None
) -> Sequence[Row[Any]]:
    with engine.connect() as connection:
        return connection.execute(statement, values).all()


def _cut(connection: Any) -> None:
    """End what the connection waits for, from another thread."""
    if isinstance(connection, sqlite3.Connection):
        connection.interrupt()
        return
    # The driver may have closed it in the meantime.
    with suppress(OSError, AttributeError, psycopg.Error):
        handle = connection if isinstance(connection, psycopg.Connection) else connection._sock
        with socket.socket(fileno=os.dup(handle.fileno())) as shared:
            shared.shutdown(socket.SHUT_RDWR)
