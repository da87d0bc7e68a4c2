"""A server with an account of every role, and clients that are logged in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from argon2 import PasswordHasher

from dashboard import passwords
from dashboard.factory import Application, create_application
from dashboard.settings import Settings
from data_access.rights import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.databases import Database, Databases

PASSWORD = "tujuh belas huruf"
CLOSED = {"wall_open": False}


@dataclass
class People:
    """The server, and who comes to it."""

    database: Database
    settings: Settings
    application: Application = field(init=False)

    def __post_init__(self) -> None:
        self.application = create_application(self.settings)
        kept = _kept()
        for role in Role:
            if role is not Role.WALL:
                agency = "PUTR" if role is Role.AGENCY else None
                self.accounts.add(role.value, role, password_hash=kept, agency=agency)
        self.token = self.accounts.add_token("Dinding")

    @property
    def accounts(self) -> Any:
        return self.application.identity.accounts

    @property
    def audit(self) -> Any:
        return self.application.identity.audit

    def stranger(self) -> FlaskClient:
        return self.application.server.test_client()

    def client(self, role: Role | None) -> FlaskClient:
        """Logged in as the role; ``None`` for nobody."""
        client = self.stranger()
        if role is Role.WALL:
            client.set_cookie("bcc_wall", self.token)
        elif role is not None:
            user = self.accounts.begin(self.accounts.find(role.value))
            with client.session_transaction() as session:
                session["_user_id"] = user.session
        return client

    def close(self) -> None:
        self.application.identity.state.engine.dispose()


@cache
def _kept() -> str:
    return passwords.hashed(PASSWORD, "nobody")


def log_in(
    client: FlaskClient, name: str, password: str = PASSWORD, query: str = "", **options: Any
) -> TestResponse:
    form = client.get("/masuk", **options)
    data = {"csrf": csrf_of(form.text), "name": name, "password": password}
    return client.post(f"/masuk{query}", data=data, **options)


def csrf_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found.group(1)


def make_people(database: Database, folder: Path, **settings: Any) -> People:
    plain = Settings(
        report_database=database.url.render_as_string(hide_password=False),
        state_database=f"sqlite:///{folder}/state.sqlite",
    )
    return People(database, replace(plain, **settings))


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords cost a thousandth here of what they cost in use."""
    usual = passwords._hasher
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    yield
    passwords._hasher = usual


@pytest.fixture
def people(databases: Databases, tmp_path: Path) -> Iterator[People]:
    """A closed server, as if others could reach it."""
    made = make_people(databases.fresh("sqlite"), tmp_path, **CLOSED)
    yield made
    made.close()
