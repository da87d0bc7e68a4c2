"""The record of who looked at what, and why. It is only added to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from data_access.state import audit_log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data_access.state import State


@dataclass(frozen=True)
class Entry:
    """One thing that somebody did, or was refused."""

    user_id: int
    user_name: str
    role: str
    action: str
    subject_type: str = ""
    subject_id: str = ""
    field: str = ""
    reason: str = ""
    address: str = ""
    at: datetime | None = None


class Audit:
    """The log in the state database."""

    def __init__(self, state: State) -> None:
        self._state = state

    def write(self, entry: Entry) -> None:
        """Add an entry; when this returns, it is on the disk.

        Raises:
            DataUnavailable: it could not be written, and what it is about must not happen.
        """
        values = {name: _fitting(name, value) for name, value in asdict(entry).items()}
        values["at"] = entry.at or datetime.now(UTC)
        with self._state.transaction() as connection:
            connection.execute(insert(audit_log).values(values))

    def count(self, user_id: int, action: str, since: datetime) -> int:
        """How often somebody did something since a moment."""
        statement = select(func.count()).where(
            audit_log.c.user_id == user_id, audit_log.c.action == action, audit_log.c.at >= since
        )
        with self._state.transaction() as connection:
            return int(connection.execute(statement).scalar_one())

    def about(self, subject_type: str, subject_ids: Sequence[str]) -> list[Entry]:
        """All entries about the subjects, oldest first."""
        names = [column.name for column in audit_log.columns if column.name != "id"]
        statement = (
            select(*(audit_log.c[name] for name in names))
            .where(
                audit_log.c.subject_type == subject_type, audit_log.c.subject_id.in_(subject_ids)
            )
            .order_by(audit_log.c.id)
        )
        with self._state.transaction() as connection:
            return [Entry(**row._mapping) for row in connection.execute(statement)]


def _fitting(name: str, value: object) -> object:
    """Text as it can be stored: no NUL, no half of a pair, not longer than its column."""
    if not isinstance(value, str):
        return value
    length = audit_log.c[name].type.length  # type: ignore[attr-defined]
    clean = value.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return clean.encode("utf-8", "replace").decode("utf-8")[:length]
