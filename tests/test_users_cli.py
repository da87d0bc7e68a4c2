"""Accounts, tokens and citizens' questions from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from dashboard import passwords
from dashboard.cli import cli
from data_access.accounts import Accounts
from data_access.audit import Audit
from data_access.rights import Role
from data_access.state import open_state
from tests.test_privacy import CITY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from data_access.state import State
    from tests.databases import Databases

    Run = Callable[..., Result]

GOOD = "tujuh belas huruf"


@pytest.fixture
def state(tmp_path: Path):
    made = open_state(f"sqlite:///{tmp_path}/state.sqlite")
    yield made
    made.engine.dispose()


@pytest.fixture
def run(state: State, databases: Databases) -> Run:
    database = databases.fresh("sqlite")
    database.fill(CITY)
    environment = {
        "BCC_STATE_DATABASE": str(state.engine.url),
        "BCC_REPORT_DATABASE": str(database.url),
    }

    def run(*words: str, typed: str = "") -> Result:
        return CliRunner().invoke(cli, words, input=typed, env=environment)

    return run


def add(run: Run, name: str = "siti", *more: str, password: str = GOOD) -> Result:
    role = more or ("--role", "operator")
    return run("users", "add", name, *role, typed=f"{password}\n{password}\n")


def test_an_account_is_added_with_a_password_that_was_asked_for(run: Run, state: State):
    result = add(run)
    assert result.exit_code == 0, result.output
    assert GOOD not in result.output
    account = Accounts(state).find("siti")
    assert account is not None and passwords.verify(account.password_hash, GOOD)
    assert account.role is Role.OPERATOR


def test_a_password_may_come_from_standard_input(run: Run, state: State):
    result = run("users", "add", "siti", "--role", "council", "--stdin", typed=f"{GOOD}\n")
    assert result.exit_code == 0
    account = Accounts(state).find("siti")
    assert account is not None and passwords.verify(account.password_hash, GOOD)


@pytest.mark.abuse
def test_no_option_takes_a_password(run: Run):
    for command in ("add", "set-password"):
        assert "--password" not in run("users", command, "--help").output


@pytest.mark.parametrize("password", ["short", "siti12345678", "aaaaaaaaaaaaaaaa", "x" * 300])
def test_weak_passwords_are_refused_in_a_sentence(run: Run, password: str):
    result = add(run, password=password)
    assert result.exit_code == 1 and "password" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("--role", "agency"),
        ("--role", "operator", "--agency", "PUTR"),
        ("--role", "wall"),
        ("--role", "king"),
    ],
)
def test_role_and_agency_must_agree(run: Run, words: tuple[str, ...]):
    assert add(run, "siti", *words).exit_code != 0


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "<x>", "../x"])
def test_names_are_plain(run: Run, name: str):
    assert add(run, name).exit_code != 0


def test_a_name_is_there_once(run: Run):
    assert add(run).exit_code == 0
    again = add(run, "SITI")
    assert again.exit_code == 1 and "exists" in again.output


def test_accounts_are_listed_without_their_hashes(run: Run):
    add(run)
    add(run, "putr", "--role", "agency", "--agency", "PUTR")
    listed = run("users", "list").output
    assert "siti\toperator" in listed and "putr\tagency\tPUTR" in listed
    assert "argon2" not in listed


def test_an_account_is_closed_opened_and_changed(run: Run, state: State):
    add(run)
    accounts = Accounts(state)
    account = accounts.find("siti")
    assert account is not None
    login = accounts.begin(account)
    assert run("users", "disable", "siti").exit_code == 0
    assert accounts.logged_in(login.session) is None
    assert run("users", "enable", "siti").exit_code == 0
    assert run("users", "role", "siti", "--role", "agency", "--agency", "DLH").exit_code == 0
    new = "kata sandi yang baru"
    assert run("users", "set-password", "siti", typed=f"{new}\n{new}\n").exit_code == 0
    account = accounts.find("siti")
    assert account is not None and (account.role, account.agency) == (Role.AGENCY, "DLH")
    assert passwords.verify(account.password_hash, new)
    actions = [entry.action for entry in Audit(state).about("account", ["siti"])]
    assert actions == [
        "user add",
        "user disable",
        "user enable",
        "user role",
        "user set-password",
    ]


@pytest.mark.parametrize("command", ["disable", "enable"])
def test_an_unknown_account_is_a_sentence(run: Run, command: str):
    result = run("users", command, "nobody")
    assert result.exit_code == 1 and "no account" in result.output


def test_a_token_is_printed_once_and_kept_as_a_digest(run: Run, state: State, tmp_path: Path):
    address = run("tokens", "add", "Dinding").output.strip()
    token = address.partition("token=")[2]
    assert Accounts(state).screen(token) is not None
    assert "Dinding" in run("tokens", "list").output
    assert token not in run("tokens", "list").output
    state.engine.dispose()
    assert not any(token.encode() in path.read_bytes() for path in tmp_path.iterdir())
    assert run("tokens", "disable", "Dinding").exit_code == 0
    assert Accounts(state).screen(token) is None
    assert "disabled" in run("tokens", "list").output


def test_a_citizen_may_see_their_data_and_who_looked(run: Run, state: State):
    first = run("privacy", "report", "--reporter", "1", "--reason", "permintaan warga")
    assert first.exit_code == 0, first.output
    assert "Siti Aminah" in first.output and "0812-3456-7890" in first.output
    assert "BCC-0002" in first.output and "Accesses: 1" in first.output
    second = run("privacy", "report", "--reporter", "1", "--reason", "permintaan kedua")
    assert "permintaan warga" in second.output and "Accesses: 2" in second.output


@pytest.mark.fault
def test_what_cannot_be_written_down_is_not_printed(run: Run, state: State, monkeypatch):
    from data_access.errors import DataUnavailable, Reason

    def fail(self, entry):
        raise DataUnavailable(Reason.FAILED)

    monkeypatch.setattr(Audit, "write", fail)
    result = run("privacy", "report", "--reporter", "1", "--reason", "permintaan warga")
    assert result.exit_code == 1 and "Siti" not in result.output
    assert add(run).exit_code == 1 and Accounts(state).find("siti") is None
