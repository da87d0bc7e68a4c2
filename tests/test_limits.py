"""Sick databases: each question ends in time, with a reason and without a word of SQL."""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import DBAPIError

from data_access import deadline
from data_access.changes import change_token
from data_access.deadline import DEADLINE_S, ask
from data_access.engine import open_engine
from data_access.errors import DataUnavailable, Reason
from data_access.reports import Reports
from data_access.schema import metadata, reports
from tests.databases import BACKENDS, open_reader, read_only_account
from tests.made_up import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.databases import Database, Databases

AS_OF = datetime(2024, 1, 5, tzinfo=UTC)
SERVERS = [backend for backend in BACKENDS if backend != "sqlite"]
CITY = {"reports": [report(1, "2024-01-01 08:00")]}


def seconds_until_failure(question: Callable[[], Any]) -> tuple[float, DataUnavailable]:
    """How long it took, and what it raised."""
    started = time.monotonic()
    with pytest.raises(DataUnavailable) as caught:
        question()
    said = f"{caught.value} {caught.value.__cause__ or ''}".lower()
    assert "select" not in said
    assert "reports" not in said
    assert caught.value.__suppress_context__
    return time.monotonic() - started, caught.value


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """A process of the test's own that is frozen for a while."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def backend_pid(database: Database) -> int:
    """The server's process that serves the reading engine's next question."""
    return int(ask(database.engine, text("SELECT pg_backend_pid()"))[0][0])


@pytest.fixture
def postgresql(databases: Databases) -> Database:
    database = databases.fresh("postgresql")
    database.engine.dispose()
    database.fill(CITY)
    return database


# -- reading only --------------------------------------------------------------------------------


def test_the_session_itself_refuses_to_write(database: Database) -> None:
    """The account here may do everything."""
    row = CITY["reports"][0]
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(insert(reports).values(**row))
    with pytest.raises(DBAPIError), database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE more (id integer)"))
    assert database.reports().open_backlog(AS_OF) == 0


@pytest.mark.parametrize("backend", SERVERS)
def test_an_account_with_the_right_to_read_is_enough(databases: Databases, backend: str) -> None:
    database = databases.fresh(backend)
    database.fill(CITY)
    with read_only_account(database, *metadata.tables) as url:
        writer = open_engine(url.render_as_string(hide_password=False), read_only=False)
        with pytest.raises(DBAPIError), writer.begin() as connection:
            connection.execute(insert(reports).values(**CITY["reports"][0] | {"id": 2}))
        writer.dispose()
        engine = open_reader(url)
        assert Reports(engine).key_figures(AS_OF).open == 1
        engine.dispose()


@pytest.mark.fault
@pytest.mark.parametrize("backend", SERVERS)
def test_a_revoked_right_is_said(databases: Databases, backend: str) -> None:
    database = databases.fresh(backend)
    with read_only_account(database, "agencies") as url:
        engine = open_reader(url)
        _, error = seconds_until_failure(lambda: Reports(engine).open_backlog(AS_OF))
        engine.dispose()
    assert error.reason is Reason.DENIED


@pytest.mark.fault
def test_a_renamed_column_is_said(databases: Databases, request: Any) -> None:
    for backend in BACKENDS:
        database = databases.another(backend, "_renamed")
        database.run("ALTER TABLE reports RENAME COLUMN created_at TO tanggal")
        _, error = seconds_until_failure(lambda db=database: db.reports().open_backlog(AS_OF))
        assert error.reason is Reason.MISMATCH
        database.close()


# -- time limits of the server's own -------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize("backend", SERVERS)
def test_a_slow_statement_ends_after_two_seconds(databases: Databases, backend: str) -> None:
    engine = databases.fresh(backend).engine
    wait = text("SELECT pg_sleep(10)" if backend == "postgresql" else "SELECT sleep(10) FROM dual")
    took, error = seconds_until_failure(lambda: ask(engine, wait))
    assert error.reason is Reason.LATE
    assert 1.5 < took < 4
    assert ask(engine, text("SELECT 1")) == [(1,)]


@pytest.mark.fault
def test_a_slow_statement_in_a_file_ends_after_two_seconds(databases: Databases) -> None:
    engine = databases.fresh("sqlite").engine
    endless = text(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    )
    took, error = seconds_until_failure(lambda: ask(engine, endless))
    assert error.reason is Reason.LATE
    assert 1.5 < took < 4
    assert ask(engine, text("SELECT 1")) == [(1,)]


@pytest.mark.fault
@pytest.mark.parametrize("backend", SERVERS)
def test_a_lock_is_waited_for_a_second(databases: Databases, backend: str) -> None:
    database = databases.fresh(backend)
    lock = {
        "postgresql": "LOCK TABLE reports IN ACCESS EXCLUSIVE MODE",
        "mariadb": "LOCK TABLES reports WRITE",
    }[backend]
    with database.writer.begin() as connection:
        connection.execute(text(lock))
        took, error = seconds_until_failure(lambda: database.reports().open_backlog(AS_OF))
        if backend == "mariadb":
            connection.execute(text("UNLOCK TABLES"))
    assert error.reason is Reason.LOCKED
    assert error.late
    assert 0.8 < took < 2.5
    assert database.reports().open_backlog(AS_OF) == 0


@pytest.mark.fault
def test_a_locked_file_is_waited_for_a_second(databases: Databases) -> None:
    database = databases.another("sqlite", "_locked")
    database.writer.dispose()
    database.engine.dispose()
    with sqlite3.connect(str(database.url.database), isolation_level=None) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        took, error = seconds_until_failure(lambda: database.reports().open_backlog(AS_OF))
        other.execute("ROLLBACK")
    other.close()
    assert error.reason is Reason.LOCKED
    assert 0.8 < took < 2.5
    assert database.reports().open_backlog(AS_OF) == 0


@pytest.mark.fault
def test_no_free_connection_is_waited_for_three_seconds(databases: Databases) -> None:
    engine = databases.fresh("postgresql").engine
    held: list[Any] = []
    try:
        for _ in range(15):
            held.append(engine.connect())
        took, error = seconds_until_failure(lambda: Reports(engine).open_backlog(AS_OF))
    finally:
        for connection in held:
            connection.close()
    assert error.reason is Reason.EXHAUSTED
    assert 2.5 < took < 5
    assert Reports(engine).open_backlog(AS_OF) == 0


# -- absent, restarted, frozen -------------------------------------------------------------------


@pytest.mark.fault
@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://x@127.0.0.1:9/x", "mariadb+pymysql://x@127.0.0.1:9/x"]
)
def test_a_server_that_is_not_there(url: str) -> None:
    engine = open_engine(url)
    took, error = seconds_until_failure(lambda: Reports(engine).open_backlog(AS_OF))
    assert error.reason is Reason.ABSENT
    assert took < 4


@pytest.mark.fault
def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'none.sqlite'}")
    _, error = seconds_until_failure(lambda: Reports(engine).open_backlog(AS_OF))
    assert error.reason is Reason.MISSING
    assert not list(tmp_path.iterdir())


@pytest.mark.fault
@pytest.mark.parametrize("backend", SERVERS)
def test_a_server_that_accepts_but_never_greets(backend: str, silent_port: int) -> None:
    """Its kernel takes the connection while the server is frozen."""
    url = {
        "postgresql": f"postgresql+psycopg://x@127.0.0.1:{silent_port}/x",
        "mariadb": f"mariadb+pymysql://x@127.0.0.1:{silent_port}/x",
    }[backend]
    engine = open_engine(url)
    took, error = seconds_until_failure(lambda: Reports(engine).open_backlog(AS_OF))
    assert error.reason in {Reason.ABSENT, Reason.LATE}
    assert took < DEADLINE_S + 1


@pytest.fixture
def silent_port() -> Iterator[int]:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


@pytest.mark.fault
@pytest.mark.parametrize("backend", SERVERS)
def test_a_restart_between_two_questions_is_not_seen(databases: Databases, backend: str) -> None:
    database = databases.fresh(backend)
    database.fill(CITY)
    for _ in range(2):
        if backend == "postgresql":
            pid = ask(database.engine, text("SELECT pg_backend_pid()"))[0][0]
            database.run(f"SELECT pg_terminate_backend({pid})")
        else:
            number = ask(database.engine, text("SELECT connection_id()"))[0][0]
            database.run(f"KILL {number}")
        time.sleep(0.1)
        assert database.reports().open_backlog(AS_OF) == 1


@pytest.mark.fault
def test_a_frozen_backend_is_left_after_five_seconds(postgresql: Database) -> None:
    threads = threading.active_count()
    with stopped(backend_pid(postgresql)):
        took, error = seconds_until_failure(lambda: postgresql.reports().open_backlog(AS_OF))
        assert error.reason is Reason.LATE
        assert DEADLINE_S - 0.1 < took < DEADLINE_S + 1
        assert postgresql.reports().open_backlog(AS_OF) == 1
    assert threading.active_count() <= threads + 1


@pytest.mark.fault
def test_the_watch_leaves_a_frozen_backend_too(postgresql: Database) -> None:
    with closing(change_token(postgresql.engine)) as watch:
        before = watch()
        kept: Any = watch
        with stopped(kept._connection.dbapi_connection.info.backend_pid):
            took, error = seconds_until_failure(watch)
            assert error.reason is Reason.LATE
            assert took < DEADLINE_S + 1
            assert watch() != before


@pytest.mark.fault
def test_a_damaged_file_is_said(databases: Databases) -> None:
    database = databases.another("sqlite", "_damaged")
    database.fill({"reports": [report(n, "2024-01-01 08:00") for n in range(1, 2000)]})
    database.close()
    name = str(database.url.database)
    with open(name, "r+b") as file:  # noqa: PTH123 - written into, not anew
        for page in range(4096, os.path.getsize(name), 4096):  # noqa: PTH202
            file.seek(page)
            file.write(b"\xff" * 600)
    _, error = seconds_until_failure(lambda: database.reports().open_incidents(AS_OF))
    assert error.reason is Reason.DAMAGED


# -- the guard itself ----------------------------------------------------------------------------


def test_a_question_costs_little_more_for_its_limit(databases: Databases) -> None:
    started = time.perf_counter()
    for _ in range(2000):
        with deadline.limited():
            pass
    assert (time.perf_counter() - started) / 2000 < 100e-6


def test_mistakes_of_the_program_are_not_the_databases(databases: Databases) -> None:
    naive = datetime(2024, 1, 1)
    with pytest.raises(Exception) as caught:
        databases.fresh("sqlite").reports().open_backlog(naive)
    assert not isinstance(caught.value, DataUnavailable)


# -- other people's servers ----------------------------------------------------------------------


@pytest.mark.parametrize("backend", SERVERS)
def test_the_servers_own_habits_do_not_matter(databases: Databases, backend: str) -> None:
    """Another zone, another way to write dates, other quotes and backslashes."""
    database = databases.another(backend, "_habits")
    name = database.url.database
    if backend == "postgresql":
        database.run(
            f"ALTER DATABASE {name} SET timezone = 'Asia/Jakarta'",
            f"ALTER DATABASE {name} SET datestyle = 'German'",
        )
        database.writer.dispose()
    else:
        server = create_engine(database.url.set(database="mysql"))
        with server.begin() as connection:
            connection.execute(text("SET SESSION sql_mode = 'ANSI'"))
        server.dispose()
    database.fill(CITY)
    assert database.reports().last_report_at(AS_OF) == datetime(2024, 1, 1, 1, tzinfo=UTC)
    settings = "SHOW timezone" if backend == "postgresql" else "SELECT @@session.time_zone"
    assert ask(database.engine, text(settings))[0][0] in {"UTC", "+00:00"}
