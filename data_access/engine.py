"""Engines with the time limits that keep a sick database from freezing a wall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

CONNECT_TIMEOUT_S = 3
STATEMENT_TIMEOUT_S = 2
LOCK_TIMEOUT_S = 1


def open_engine(url: str, *, read_only: bool = True) -> Engine:
    """An engine for a SQLAlchemy URL; nothing is connected yet.

    With ``read_only`` the sessions themselves refuse to write, whatever the account may do, and a
    statement that takes too long is given up. A writer waits for its statements: filling a
    database takes longer than any screen may wait.
    """
    target = make_url(url)
    backend = target.get_backend_name()
    if backend == "sqlite":
        return _sqlite(target, read_only)
    if backend == "postgresql":
        return _postgresql(target, read_only)
    return _mariadb(target, read_only)


def _sqlite(url: URL, read_only: bool) -> Engine:
    if not read_only and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        poolclass=NullPool if url.database in {None, "", ":memory:"} else None,
        connect_args={"timeout": LOCK_TIMEOUT_S, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.execute("PRAGMA mmap_size = 268435456")
        cursor.close()

    return engine


def _postgresql(url: URL, read_only: bool) -> Engine:
    statement_timeout_s = STATEMENT_TIMEOUT_S if read_only else 0
    options = [
        f"-c statement_timeout={statement_timeout_s * 1000}",
        f"-c lock_timeout={LOCK_TIMEOUT_S * 1000}",
        f"-c default_transaction_read_only={'on' if read_only else 'off'}",
        "-c timezone=UTC",
    ]
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "options": " ".join(options)},
    )


def _mariadb(url: URL, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "charset": "utf8mb4"},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(f"SET max_statement_time = {STATEMENT_TIMEOUT_S if read_only else 0}")
        cursor.execute(f"SET lock_wait_timeout = {LOCK_TIMEOUT_S}")
        cursor.execute(f"SET innodb_lock_wait_timeout = {LOCK_TIMEOUT_S}")
        if read_only:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.close()

    return engine
