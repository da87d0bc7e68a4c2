"""Guesses of passwords, counted, so that nobody can make many of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, update

from data_access.accounts import digest, folded
from data_access.state import login_attempts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement, Connection

    from data_access.state import State

WINDOW = timedelta(minutes=15)
ACCOUNT_LIMIT = 8
ADDRESS_LIMIT = 40
"""A whole office may share one address."""


class TooManyAttempts(Exception):  # noqa: N818 - a state of the world, not a mistake
    """No guess is taken now; ``wait`` says for how long."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("too many attempts")
        self.wait = wait


class Attempts:
    """The last guesses in the state database: a restart forgets none of them."""

    def __init__(
        self, state: State, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._state = state
        self._clock = clock

    def begin(self, name: str, address: str) -> int:
        """Count a guess before it is tried, as failed until it is known better.

        Raises:
            TooManyAttempts: this account or address has failed too often of late.
        """
        now, account = self._clock(), digest(folded(name))
        row = {"at": now, "account": account, "address": address[:45], "failed": True}
        with self._state.transaction() as connection:
            connection.execute(
                delete(login_attempts).where(login_attempts.c.at < now - timedelta(days=1))
            )
            waits = [
                _wait(connection, login_attempts.c.account == account, ACCOUNT_LIMIT, now),
                _wait(connection, login_attempts.c.address == row["address"], ADDRESS_LIMIT, now),
            ]
            if max(waits):
                raise TooManyAttempts(max(waits))
            result = connection.execute(insert(login_attempts).values(row))
            return int(result.inserted_primary_key[0]) if result.inserted_primary_key else 0

    def succeeded(self, attempt: int, name: str, address: str) -> None:
        """The guess was right: the account's failures from this address are forgiven."""
        forgiven = (login_attempts.c.id == attempt) | (
            (login_attempts.c.account == digest(folded(name)))
            & (login_attempts.c.address == address[:45])
        )
        with self._state.transaction() as connection:
            connection.execute(update(login_attempts).where(forgiven).values(failed=False))


def _wait(
    connection: Connection, condition: ColumnElement[bool], limit: int, now: datetime
) -> timedelta:
    """How long until fewer than ``limit`` failures lie in the window."""
    recent = (
        select(login_attempts.c.at)
        .where(condition, login_attempts.c.failed, login_attempts.c.at > now - WINDOW)
        .order_by(login_attempts.c.at.desc())
        .limit(limit)
        .subquery()
    )
    count, oldest = connection.execute(select(func.count(), func.min(recent.c.at))).one()
    return oldest + WINDOW - now if count >= limit else timedelta()
