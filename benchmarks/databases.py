"""New, empty databases on each server, that are dropped afterwards.

Files come into ``BCC_BENCH_FOLDER``, if it is set. Servers are looked for where Debian's packages
put them; ``BCC_BENCH_POSTGRESQL`` and ``BCC_BENCH_MARIADB`` are SQLAlchemy URLs of others.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from data_access.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

_SERVERS = {
    "PostgreSQL": ("BCC_BENCH_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
    "MariaDB": ("BCC_BENCH_MARIADB", "mariadb+pymysql://root@127.0.0.1/test"),
}
_numbers = count(1)


@contextmanager
def new_database(backend: str) -> Iterator[Engine | None]:
    """A writable engine for it; ``None`` where there is no server."""
    with _file() if backend == "SQLite" else _on_server(*_SERVERS[backend]) as engine:
        yield engine


@contextmanager
def _file() -> Iterator[Engine]:
    folder = tempfile.mkdtemp(prefix="bcc-bench-", dir=os.environ.get("BCC_BENCH_FOLDER"))
    engine = open_engine(f"sqlite:///{Path(folder) / 'city.sqlite'}", read_only=False)
    try:
        yield engine
    finally:
        engine.dispose()
        shutil.rmtree(folder)


@contextmanager
def _on_server(variable: str, default: str) -> Iterator[Engine | None]:
    url = make_url(os.environ.get(variable) or default)
    name = f"bcc_bench_{os.getpid()}_{next(_numbers)}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError:
        yield None
        return
    engine = open_engine(
        url.set(database=name).render_as_string(hide_password=False), read_only=False
    )
    try:
        yield engine
    finally:
        engine.dispose()
        force = " WITH (FORCE)" if engine.dialect.name == "postgresql" else ""
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}{force}"))


def without_references(engine: Engine) -> None:
    """Look at no references, where rows refer to each other rightly: it takes half the time."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _look_at_none)


def _look_at_none(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = OFF").close()
