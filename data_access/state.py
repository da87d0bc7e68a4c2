"""The project's own database: accounts, logins, guesses, and the record of who looked at what.

It is made when it is first needed, so that a wall starts without it.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    event,
    inspect,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from data_access.columns import Id, Moment
from data_access.deadline import limited
from data_access.engine import open_engine

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy import Engine

log = logging.getLogger(__name__)

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(64), nullable=False, unique=True, comment="in small letters"),
    Column("display_name", String(120), nullable=False),
    Column("password_hash", String(255), comment="argon2; null: only by OpenID Connect"),
    Column("role", String(16), nullable=False, comment="a value of rights.Role"),
    Column("agency", String(40), comment="abbreviation, of the role agency alone"),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("demo", Boolean, nullable=False, default=False, comment="known password; loopback only"),
    Column("created_at", Moment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True, comment="SHA-256 of what the cookie holds"),
    Column("user_id", Id, ForeignKey("users.id"), nullable=False, index=True),
    Column("started_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
)

wall_tokens = Table(
    "wall_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("label", String(80), nullable=False, unique=True),
    Column("digest", String(64), nullable=False, unique=True, comment="SHA-256 of the token"),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("created_at", Moment, nullable=False),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("account", String(64), nullable=False, comment="SHA-256 of the name that was typed"),
    Column("address", String(45), nullable=False),
    Column("failed", Boolean, nullable=False),
)
Index("ix_attempts_account", login_attempts.c.account, login_attempts.c.at)
Index("ix_attempts_address", login_attempts.c.address, login_attempts.c.at)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("user_name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject_type", String(20), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("field", String(20), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("address", String(45), nullable=False),
)
Index("ix_audit_subject", audit_log.c.subject_type, audit_log.c.subject_id, audit_log.c.at)
Index("ix_audit_user", audit_log.c.user_id, audit_log.c.at)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(128), nullable=False),
)


class TakenError(Exception):
    """A row with this name exists already."""


class State:
    """The database, made when first used."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._lock = threading.Lock()
        self._ready = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is kept when the block ends well, and else undone.

        Raises:
            TakenError: another row has what may be there once.
            DataUnavailable: the database does not answer, or not in time, or can't write.
        """
        with limited():
            self._prepare()
            try:
                with self.engine.begin() as connection:
                    yield connection
            except IntegrityError:
                raise TakenError from None

    def _prepare(self) -> None:
        with self._lock:
            if self._ready:
                return
            if not inspect(self.engine).has_table(secrets.name):
                self._create()
            self._ready = True

    def _create(self) -> None:
        try:
            metadata.create_all(self.engine)
        except DBAPIError:
            # another process may have made them in the meantime
            metadata.create_all(self.engine)


def open_state(url: str) -> State:
    """The state database at a SQLAlchemy URL; nothing is connected yet.

    Raises:
        OSError: the folder of an SQLite file can't be made.
    """
    engine = open_engine(url, read_only=False)
    if engine.dialect.name == "sqlite":
        _keep_to_owner(engine.url.database)
        event.listen(engine, "connect", _write_through)
    return State(engine)


def _keep_to_owner(name: str | None) -> None:
    """Hashes of passwords are nobody else's; SQLite gives its side files the same mode."""
    if name and name != ":memory:":
        with suppress(OSError):
            Path(name).touch(mode=0o600)


def _write_through(connection: sqlite3.Connection, _record: Any) -> None:
    """What the audit log holds must outlast a power cut."""
    connection.execute("PRAGMA synchronous = FULL").close()


# -- the audit log is written once --------------------------------------------------------------

_REFUSAL = "the audit log is append-only"
_TRIGGERS = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb} BEFORE {verb} ON audit_log "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE OR REPLACE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
    "mysql": [
        f"CREATE TRIGGER IF NOT EXISTS audit_no_{verb} BEFORE {verb} ON audit_log "
        f"FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{_REFUSAL}'"
        for verb in ("update", "delete")
    ],
}
_TRIGGERS["mariadb"] = _TRIGGERS["mysql"]


def _protect(_table: Table, connection: Connection, **_options: Any) -> None:
    for statement in _TRIGGERS[connection.dialect.name]:
        try:
            connection.exec_driver_sql(statement)
        except DBAPIError:
            if connection.dialect.name == "postgresql":
                raise
            # MariaDB with a binary log lets only its administrator make triggers
            log.warning("the audit log is not protected by triggers: %s", connection.dialect.name)


event.listen(audit_log, "after_create", _protect)
