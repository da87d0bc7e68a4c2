"""Engines with the time limits that keep a sick database from freezing a wall.

A session of a read-only engine refuses to write whatever its account may do, speaks UTC, and each
of its statements is a transaction of its own: one round trip, and no lock is kept between two.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from data_access.deadline import DEADLINE_S, STATEMENT_TIMEOUT_S, guard

CONNECT_TIMEOUT_S = 3
POOL_TIMEOUT_S = 3
LOCK_TIMEOUT_S = 1
WRITERS_WAIT_S = 10

MARIADB_MODE = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""Set for each session: a server's own may change what quotes, backslashes and ``||`` mean."""


def open_engine(url: str, *, read_only: bool = True) -> Engine:
    """An engine for a SQLAlchemy URL; nothing is connected yet.

    With ``read_only`` the sessions themselves refuse to write, whatever the account may do, and
    no statement runs longer than two seconds. Writing ones may take their time.
    """
    target = make_url(url)
    engine = _OPENERS.get(target.get_backend_name(), _mariadb)(target, read_only)
    guard(engine)
    return engine


def _pooled(read_only: bool) -> dict[str, Any]:
    options: dict[str, Any] = {"pool_timeout": POOL_TIMEOUT_S}
    if read_only:
        options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    else:
        options["pool_pre_ping"] = True
    return options


# -- SQLite -------------------------------------------------------------------------------------


def _sqlite(url: URL, read_only: bool) -> Engine:
    name = url.database or ":memory:"
    options: dict[str, Any] = {"poolclass": NullPool} if name == ":memory:" else _pooled(read_only)
    if name != ":memory:" and not name.startswith("file:"):
        if read_only:
            # Opening must not create the file that it does not find.
            options["creator"] = lambda: _open_existing(name)
        else:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
    wait = LOCK_TIMEOUT_S if read_only else WRITERS_WAIT_S
    engine = create_engine(
        url, connect_args={"timeout": wait, "check_same_thread": False}, **options
    )
    event.listen(engine, "connect", _prepare_reading if read_only else _prepare_writing)
    return engine


def _open_existing(name: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{quote(name)}?mode=rw", uri=True, timeout=LOCK_TIMEOUT_S, check_same_thread=False
    )


def _prepare_reading(connection: sqlite3.Connection, _record: Any) -> None:
    # One broken byte in one report must not take all the others off the wall.
    connection.text_factory = lambda text: text.decode(errors="replace")
    connection.create_function("fold", 1, _fold, deterministic=True)
    _set_up(connection, "query_only = ON")


def _prepare_writing(connection: sqlite3.Connection, _record: Any) -> None:
    connection.create_function("fold", 1, _fold, deterministic=True)
    _set_up(connection, "journal_mode = WAL", "synchronous = NORMAL")


def _set_up(connection: sqlite3.Connection, *pragmas: str) -> None:
    common = ("foreign_keys = ON", "cache_size = -65536", "mmap_size = 268435456")
    for pragma in (*pragmas, *common):
        connection.execute(f"PRAGMA {pragma}").close()


def _fold(text: Any) -> Any:
    """SQLite's own ``lower`` knows the letters of ASCII only."""
    return text.lower() if isinstance(text, str) else text


# -- PostgreSQL ---------------------------------------------------------------------------------


def _postgresql(url: URL, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        use_native_hstore=False,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": " ".join([*_own_options(url), *_session_options(read_only)]),
            "keepalives": 1,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 2,
            "tcp_user_timeout": int(DEADLINE_S * 1000),
        },
        **_pooled(read_only),
    )
    event.listen(engine, "connect", _read_any_moment)
    return engine


def _own_options(url: URL) -> list[str]:
    """The URL's, a search path say; without this they would be replaced."""
    own = url.query.get("options", ())
    return [own] if isinstance(own, str) else list(own)


def _session_options(read_only: bool) -> list[str]:
    options = [f"-c lock_timeout={LOCK_TIMEOUT_S * 1000}", "-c timezone=UTC", "-c datestyle=ISO"]
    if read_only:
        options += [
            f"-c statement_timeout={STATEMENT_TIMEOUT_S * 1000}",
            "-c default_transaction_read_only=on",
            # Compiling a question of many conditions takes longer than answering it.
            "-c jit=off",
        ]
    return options


def _lenient(loader: Any) -> Any:
    """The loader, with nothing in place of a moment that Python has no number for."""

    class Lenient(loader):  # type: ignore[misc]
        def load(self, data: Any) -> Any:
            try:
                return super().load(data)
            except psycopg.DataError:
                return None

    return Lenient


_MOMENTS = {
    "timestamptz": _lenient(TimestamptzLoader),
    "timestamp": _lenient(TimestampLoader),
    "date": _lenient(DateLoader),
}


def _read_any_moment(connection: psycopg.Connection[Any], _record: Any) -> None:
    for name, loader in _MOMENTS.items():
        connection.adapters.register_loader(name, loader)


# -- MariaDB ------------------------------------------------------------------------------------


def _mariadb(url: URL, read_only: bool) -> Engine:
    return create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "read_timeout": DEADLINE_S if read_only else None,
            "write_timeout": DEADLINE_S if read_only else None,
            "charset": "utf8mb4",
            # Before SQLAlchemy asks for the mode.
            "init_command": "SET " + ", ".join(_session_variables(read_only)),
        },
        **_pooled(read_only),
    )


def _session_variables(read_only: bool) -> list[str]:
    variables = [
        "time_zone = '+00:00'",
        f"sql_mode = '{MARIADB_MODE}'",
        f"lock_wait_timeout = {LOCK_TIMEOUT_S}",
        f"innodb_lock_wait_timeout = {LOCK_TIMEOUT_S}",
    ]
    if read_only:
        variables += [f"max_statement_time = {STATEMENT_TIMEOUT_S}", "tx_read_only = 1"]
    return variables


_OPENERS = {"sqlite": _sqlite, "postgresql": _postgresql}
