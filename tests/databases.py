"""A fresh database of the contract on each of the three servers, for as many tests as need it.

PostgreSQL and MariaDB are looked for where Debian's packages put them; other addresses are set
with ``BCC_TEST_POSTGRESQL`` and ``BCC_TEST_MARIADB`` (SQLAlchemy URLs of accounts that may create
databases). A server that doesn't answer skips its tests, but fails them where ``CI=true``.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError

from data_access.engine import open_engine
from data_access.records import CITY_RULE
from data_access.reports import Reports
from data_access.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

QUESTIONS = (
    "key_figures",
    "on_time",
    "time_to_answer",
    "time_to_finish",
    "monthly_volume",
    "participation",
    "open_by_agency",
    "agencies_by_year",
    "year_table",
    "top_reporters",
    "open_by_kelurahan",
    "open_incidents",
    "escalation_queue",
    "satisfaction",
    "follow_ups",
)
"""Methods of ``Reports`` that are asked with a moment and filters alone."""

BACKENDS = ("sqlite", "postgresql", "mariadb")

_SERVERS = {
    "postgresql": ("BCC_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1/postgres"),
    "mariadb": ("BCC_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1/test"),
}


@dataclass
class Database:
    """One database with the contract's tables: one engine writes, as its owner, one reads."""

    backend: str
    url: URL
    writer: Engine = field(init=False)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        text_url = self.url.render_as_string(hide_password=False)
        self.writer = open_engine(text_url, read_only=False)
        self.engine = open_engine(text_url)

    def reports(self, rule: Any = CITY_RULE) -> Reports:
        return Reports(self.engine, rule)

    def fill(self, city: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Insert rows by table name; tables in the order of their references."""
        with self.writer.begin() as connection:
            for table in metadata.sorted_tables:
                rows = city.get(table.name)
                if rows:
                    names = {name for row in rows for name in row}
                    blank = dict.fromkeys(names)
                    connection.execute(insert(table), [blank | dict(row) for row in rows])

    def run(self, *statements: str) -> None:
        """Raw statements of the owner, committed together."""
        with self.writer.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def clear(self) -> None:
        with self.writer.begin() as connection:
            if self.backend == "mariadb":
                connection.execute(text("SET foreign_key_checks = 0"))
            if self.backend == "sqlite":
                connection.execute(text("PRAGMA defer_foreign_keys = ON"))
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
            if self.backend == "mariadb":
                connection.execute(text("SET foreign_key_checks = 1"))

    def close(self) -> None:
        self.writer.dispose()
        self.engine.dispose()


class Databases:
    """Makes each backend's database when first asked for, and drops them all at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, Database] = {}
        self._drops: list[Callable[[], None]] = []

    def fresh(self, backend: str) -> Database:
        """The backend's database with empty tables."""
        if backend not in self._made:
            self._made[backend] = self.another(backend)
        self._made[backend].clear()
        return self._made[backend]

    def another(self, backend: str, name: str = "") -> Database:
        """One that the caller may spoil."""
        name = f"bcc_test_{os.getpid()}{name}"
        if backend == "sqlite":
            database = Database(backend, make_url(f"sqlite:///{self._folder / name}.sqlite"))
        else:
            database = self._on_server(backend, name)
        self._drops.append(database.close)
        metadata.create_all(database.writer)
        return database

    def _on_server(self, backend: str, name: str) -> Database:
        variable, default = _SERVERS[backend]
        url = make_url(os.environ.get(variable) or default)
        server = create_engine(
            url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 3}
        )
        try:
            with server.connect() as connection:
                connection.execute(text(f"CREATE DATABASE {name}"))
                if backend == "postgresql":
                    connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
        except DBAPIError as error:
            reason = f"no {backend} at {url.host} ({variable}): {error.orig}"
            if os.environ.get("CI") == "true":
                pytest.fail(reason)
            pytest.skip(reason)
        self._drops.append(lambda: _drop(server, backend, name))
        return Database(backend, url.set(database=name))

    def close(self) -> None:
        for drop in reversed(self._drops):
            drop()


@contextmanager
def read_only_account(database: Database, *names: str) -> Iterator[URL]:
    """The URL of an account that may read the tables or views named, and nothing else."""
    account = f"bcc_ro_{os.getpid()}"
    if database.backend == "postgresql":
        user, make = account, f"CREATE ROLE {account} LOGIN PASSWORD 'readonly'"
        drop = (f"DROP OWNED BY {account}", f"DROP ROLE {account}")
    else:
        user = f"'{account}'@'%'"
        make = f"CREATE USER {user} IDENTIFIED BY 'readonly'"
        drop = (f"DROP USER {user}",)
    database.run(make, *(f"GRANT SELECT ON {name} TO {user}" for name in names))
    try:
        yield database.url.set(username=account, password="readonly")
    finally:
        database.run(*drop)


def open_reader(url: URL) -> Engine:
    """A read-only engine of the program's."""
    return open_engine(url.render_as_string(hide_password=False))


def _drop(server: Engine, backend: str, name: str) -> None:
    force = " WITH (FORCE)" if backend == "postgresql" else ""
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}{force}"))
    server.dispose()


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, databases: Databases) -> Database:
    """The contract's tables, empty, on each of the three servers in turn."""
    return databases.fresh(request.param)
