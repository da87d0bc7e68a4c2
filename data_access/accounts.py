"""Accounts, their logins, the tokens of wall screens, and the server's own key."""

from __future__ import annotations

import hashlib
import secrets as random
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from data_access.errors import DataUnavailable
from data_access.rights import Role, User
from data_access.state import TakenError, secrets, sessions, users, wall_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Row, Select

    from data_access.state import State

IDLE = timedelta(hours=1)
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""A login's last sign of life is written no more often."""


class AccountError(ValueError):
    """An account or token that can't be made or found; the text says why."""


@dataclass(frozen=True)
class Account:
    """A user's row."""

    id: int
    name: str
    display_name: str
    password_hash: str | None
    role: Role
    agency: str | None
    disabled: bool
    demo: bool
    created_at: datetime


@dataclass(frozen=True)
class WallToken:
    """A screen's token, without the token."""

    label: str
    disabled: bool
    created_at: datetime


class Accounts:
    """Accounts in the state database. Names are compared in small letters."""

    def __init__(
        self, state: State, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._state = state
        self._clock = clock

    # -- accounts ---------------------------------------------------------------------------

    def find(self, name: str) -> Account | None:
        """The account of that name."""
        with self._state.transaction() as connection:
            return _account(connection, name)

    def all(self) -> list[Account]:
        """Every account, by name."""
        with self._state.transaction() as connection:
            return [_read(row) for row in connection.execute(_ACCOUNTS.order_by(users.c.name))]

    def add(
        self,
        name: str,
        role: Role,
        *,
        password_hash: str | None = None,
        agency: str | None = None,
        display_name: str = "",
        demo: bool = False,
    ) -> None:
        """A new account.

        Raises:
            AccountError: the name is taken or can't be used, or role and agency don't agree.
        """
        name = _usable_name(name)
        _check_role(role, agency)
        row = {
            "name": name,
            "display_name": display_name or name,
            "password_hash": password_hash,
            "role": role.value,
            "agency": agency,
            "disabled": False,
            "demo": demo,
            "created_at": self._clock(),
        }
        try:
            with self._state.transaction() as connection:
                connection.execute(insert(users).values(row))
        except TakenError:
            raise AccountError(f"{name} exists already") from None

    def set_password(self, name: str, password_hash: str) -> None:
        """A new password; every login of the account ends."""
        self._change(name, password_hash=password_hash, demo=False)

    def renew_hash(self, account: Account, password_hash: str) -> None:
        """The same password, hashed as is now usual; logins go on."""
        with self._state.transaction() as connection:
            statement = update(users).where(users.c.id == account.id)
            connection.execute(statement.values(password_hash=password_hash))

    def set_role(self, name: str, role: Role, agency: str | None) -> None:
        """Another role; every login of the account ends."""
        _check_role(role, agency)
        self._change(name, role=role.value, agency=agency)

    def set_disabled(self, name: str, disabled: bool) -> None:
        """Close or open an account; every login of it ends."""
        self._change(name, disabled=disabled)

    def _change(self, name: str, **values: Any) -> None:
        with self._state.transaction() as connection:
            account = _account(connection, name)
            if account is None:
                raise AccountError(f"there is no account {name!r}")
            connection.execute(update(users).where(users.c.id == account.id).values(values))
            connection.execute(delete(sessions).where(sessions.c.user_id == account.id))

    # -- logins -----------------------------------------------------------------------------

    def begin(self, account: Account) -> User:
        """A new login; what its cookie must hold is the user's ``session``."""
        token, now = random.token_urlsafe(32), self._clock()
        with self._state.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.started_at < now - ABSOLUTE))
            connection.execute(
                insert(sessions).values(
                    digest=digest(token), user_id=account.id, started_at=now, seen_at=now
                )
            )
        return _user(account, token)

    def logged_in(self, token: str, *, used: bool = True) -> User | None:
        """Whose login it is, while it lasts; being used keeps it alive."""
        now = self._clock()
        statement = (
            select(users, sessions.c.seen_at)
            .join(sessions, sessions.c.user_id == users.c.id)
            .where(
                sessions.c.digest == digest(token),
                sessions.c.started_at > now - ABSOLUTE,
                sessions.c.seen_at > now - IDLE,
                users.c.disabled.is_(False),
            )
        )
        with self._state.transaction() as connection:
            row = connection.execute(statement).one_or_none()
        if row is None:
            return None
        if used and now - row.seen_at > SEEN_EVERY:
            with suppress(DataUnavailable):  # a full disk ends no login before its time
                self._touch(token, now)
        return _user(_read(row), token)

    def _touch(self, token: str, now: datetime) -> None:
        statement = update(sessions).where(sessions.c.digest == digest(token))
        with self._state.transaction() as connection:
            connection.execute(statement.values(seen_at=now))

    def end(self, token: str) -> None:
        """Log out: the cookie is worth nothing from now on."""
        with self._state.transaction() as connection:
            connection.execute(delete(sessions).where(sessions.c.digest == digest(token)))

    # -- wall screens -----------------------------------------------------------------------

    def add_token(self, label: str) -> str:
        """A new token for a screen; it can't be read again.

        Raises:
            AccountError: the label is taken.
        """
        token = random.token_urlsafe(32)
        row = {"label": label, "digest": digest(token), "disabled": False}
        try:
            with self._state.transaction() as connection:
                connection.execute(insert(wall_tokens).values(created_at=self._clock(), **row))
        except TakenError:
            raise AccountError(f"{label} exists already") from None
        return token

    def tokens(self) -> list[WallToken]:
        """Every token's label, in order."""
        columns = (wall_tokens.c.label, wall_tokens.c.disabled, wall_tokens.c.created_at)
        with self._state.transaction() as connection:
            rows = connection.execute(select(*columns).order_by(wall_tokens.c.label))
            return [WallToken(**row._mapping) for row in rows]

    def disable_token(self, label: str) -> None:
        """The token is worth nothing from now on.

        Raises:
            AccountError: there is none of that label.
        """
        statement = update(wall_tokens).where(wall_tokens.c.label == label).values(disabled=True)
        with self._state.transaction() as connection:
            if not connection.execute(statement).rowcount:
                raise AccountError(f"there is no token {label!r}")

    def screen(self, token: str) -> User | None:
        """The wall screen of a token."""
        statement = select(wall_tokens.c.label).where(
            wall_tokens.c.digest == digest(token), wall_tokens.c.disabled.is_(False)
        )
        with self._state.transaction() as connection:
            label = connection.execute(statement).scalar_one_or_none()
        return None if label is None else User(0, label, Role.WALL, display_name=label)

    # -- the server's own key ---------------------------------------------------------------

    def key(self) -> str:
        """A random key of this database, made when first asked for."""
        statement = select(secrets.c.value).where(secrets.c.name == "cookies")
        with self._state.transaction() as connection:
            found = connection.execute(statement).scalar_one_or_none()
        if found:
            return str(found)
        # another process may be quicker
        with suppress(TakenError), self._state.transaction() as connection:
            value = random.token_urlsafe(48)
            connection.execute(insert(secrets).values(name="cookies", value=value))
        with self._state.transaction() as connection:
            return str(connection.execute(statement).scalar_one())


def digest(token: str) -> str:
    """What the database keeps of a token: random ones of 256 bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


_ACCOUNTS: Select[Any] = select(users)


def _account(connection: Connection, name: str) -> Account | None:
    row = connection.execute(_ACCOUNTS.where(users.c.name == folded(name))).one_or_none()
    return _read(row) if row else None


def _read(row: Row[Any]) -> Account:
    values = {name: row._mapping[name] for name in Account.__dataclass_fields__}
    return Account(**values | {"role": Role(values["role"])})


def _user(account: Account, token: str) -> User:
    return User(account.id, account.name, account.role, account.agency, account.display_name, token)


def folded(name: str) -> str:
    """The name as the database has it; never longer, never what a server can't hold."""
    return name.strip().lower().replace("\0", "").encode("utf-8", "replace").decode()[:64]


def _usable_name(name: str) -> str:
    name = folded(name)
    if not name or not all(letter.isalnum() or letter in "._-@" for letter in name):
        raise AccountError("a name has letters, digits, dots, dashes, underscores or @ only")
    return name


def _check_role(role: Role, agency: str | None) -> None:
    if role is Role.WALL:
        raise AccountError("a wall screen has a token: bcc-wall tokens add")
    if (role is Role.AGENCY) != bool(agency):
        raise AccountError("the role agency, and no other, needs an agency's abbreviation")
