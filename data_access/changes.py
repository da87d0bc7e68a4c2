"""Notice that another program committed something, without touching its schema.

``watch = change_token(engine)`` once, then ``watch()`` in a loop on one thread: the answer differs
from the last one whenever a commit may have changed a table of the contract.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from data_access.errors import DataUnavailable, Reason, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sqlalchemy import Engine


def change_token(engine: Engine) -> Callable[[], Hashable]:
    """A function whose answer differs after every commit of another connection.

    It keeps one connection of its own, opened at the first call and again after a failure, and
    raises ``DataUnavailable`` when it can't tell. It belongs to one thread.
    """
    return _WATCHES[engine.dialect.name](engine)


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
        except Exception as error:
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
            self.close()
            raise DataUnavailable(Reason.MISSING) from None
        return stat.st_dev, stat.st_ino

    def _reopen(self, identity: Hashable) -> None:
        self.close()
        try:
            self._connection = self._engine.raw_connection()
        except SQLAlchemyError as error:
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


_WATCHES: dict[str, Callable[[Engine], Callable[[], Hashable]]] = {"sqlite": _SqliteWatch}
