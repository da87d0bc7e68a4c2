"""Commands for accounts, tokens of wall screens, and what citizens may ask about their data."""

from __future__ import annotations

import getpass
import sys
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dashboard import passwords
from dashboard.identity import state_of
from dashboard.settings import Settings
from data_access.accounts import AccountError, Accounts
from data_access.audit import Audit, Entry
from data_access.engine import open_engine
from data_access.errors import DataUnavailable
from data_access.personal import Citizen, PersonalData
from data_access.records import WIB
from data_access.rights import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

LOGIN_ROLES = [role.value for role in Role if role is not Role.WALL]


class _Desk:
    """Accounts, and the record of what was done with them from this command line."""

    def __init__(self) -> None:
        state = state_of(Settings.from_environment())
        self.accounts = Accounts(state)
        self.audit = Audit(state)

    def write(self, action: str, subject_type: str, subject_id: str, reason: str = "") -> None:
        """Before it is done: what can't be written down is not done."""
        who = getpass.getuser()
        entry = Entry(0, who, "command line", action, subject_type, subject_id, reason=reason)
        self.audit.write(entry)


@contextmanager
def _desk() -> Iterator[_Desk]:
    try:
        yield _Desk()
    except (AccountError, passwords.WeakPasswordError) as error:
        raise click.ClickException(str(error)) from None
    except DataUnavailable as error:
        raise click.ClickException(f"the database can't be used: {error.reason}") from None


def _password(from_stdin: bool) -> str:
    """Never an argument: those stand in the list of processes and in the shell's history."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


_role = click.option("--role", type=click.Choice(LOGIN_ROLES), required=True)
_agency = click.option("--agency", help="Abbreviation, for the role agency.")
_stdin = click.option("--stdin", "from_stdin", is_flag=True, help="Read it from standard input.")


@click.group()
def users() -> None:
    """Accounts: who may log in, and as what."""


@users.command("add")
@click.argument("name")
@_role
@_agency
@click.option("--display-name", default="", help="As shown on the screen.")
@click.option("--oidc", is_flag=True, help="Without a password: by the city's own login alone.")
@_stdin
def add_user(
    name: str, role: str, agency: str | None, display_name: str, oidc: bool, from_stdin: bool
) -> None:
    """Make an account; its password is asked for."""
    with _desk() as desk:
        kept = None if oidc else passwords.hashed(_password(from_stdin), name)
        desk.write("user add", "account", name, role)
        desk.accounts.add(
            name, Role(role), password_hash=kept, agency=agency, display_name=display_name
        )
    click.echo(f"{name}: {role}")


@users.command("list")
def list_users() -> None:
    """Print all accounts."""
    with _desk() as desk:
        for each in desk.accounts.all():
            marks = [
                each.agency,
                "demo" if each.demo else None,
                "disabled" if each.disabled else None,
                None if each.password_hash else "no password",
            ]
            line = [each.name, each.role.value, *(mark for mark in marks if mark)]
            click.echo("\t".join([*line, each.display_name]))


@users.command("set-password")
@click.argument("name")
@_stdin
def set_password(name: str, from_stdin: bool) -> None:
    """Ask for a new password; every login of the account ends."""
    with _desk() as desk:
        kept = passwords.hashed(_password(from_stdin), name)
        desk.write("user set-password", "account", name)
        desk.accounts.set_password(name, kept)


@users.command("disable")
@click.argument("name")
def disable_user(name: str) -> None:
    """Close an account; every login of it ends at once."""
    with _desk() as desk:
        desk.write("user disable", "account", name)
        desk.accounts.set_disabled(name, True)


@users.command("enable")
@click.argument("name")
def enable_user(name: str) -> None:
    """Open a closed account."""
    with _desk() as desk:
        desk.write("user enable", "account", name)
        desk.accounts.set_disabled(name, False)


@users.command("role")
@click.argument("name")
@_role
@_agency
def set_role(name: str, role: str, agency: str | None) -> None:
    """Give an account another role; every login of it ends."""
    with _desk() as desk:
        desk.write("user role", "account", name, role)
        desk.accounts.set_role(name, Role(role), agency)


@click.group()
def tokens() -> None:
    """Tokens of wall screens."""


@tokens.command("add")
@click.argument("label")
def add_token(label: str) -> None:
    """Make a screen's token, and print once the address that it opens the wall with."""
    settings = Settings.from_environment()
    with _desk() as desk:
        desk.write("token add", "token", label)
        token = desk.accounts.add_token(label)
    server = "" if settings.exposed else f"http://{settings.host}:{settings.port}"
    click.echo(f"{server}/wall/?token={token}")


@tokens.command("list")
def list_tokens() -> None:
    """Print the labels of all tokens."""
    with _desk() as desk:
        for each in desk.accounts.tokens():
            made = f"{each.created_at.astimezone(WIB):%Y-%m-%d}"
            click.echo("\t".join([each.label, made, *(["disabled"] if each.disabled else [])]))


@tokens.command("disable")
@click.argument("label")
def disable_token(label: str) -> None:
    """Close the wall to a screen, within ten seconds."""
    with _desk() as desk:
        desk.write("token disable", "token", label)
        desk.accounts.disable_token(label)


@click.group()
def privacy() -> None:
    """What a citizen may ask about their own data."""


@privacy.command("report")
@click.option("--reporter", type=click.IntRange(1, 2**63 - 1), required=True, help="Their id.")
@click.option("--reason", required=True, help="Why it is asked for; goes into the audit log.")
def privacy_report(reporter: int, reason: str) -> None:
    """Print everything that is kept of a citizen, and who looked at it."""
    with _desk() as desk:
        desk.write("privacy report", "reporter", str(reporter), reason)
        citizen = PersonalData(open_engine(Settings.from_environment().report_database)).citizen(
            reporter
        )
        if citizen is None:
            raise click.ClickException(f"there is no reporter {reporter}")
        for line in _told(citizen):
            click.echo(line)
        tickets = [report.ticket for report in citizen.reports]
        looked = [
            *desk.audit.about("report", tickets),
            *desk.audit.about("reporter", [str(reporter)]),
        ]
    click.echo(f"\nAccesses: {len(looked)}")
    for entry in sorted(looked, key=lambda entry: _moment(entry.at)):
        parts = [_moment(entry.at), entry.user_name, entry.role, entry.action, entry.subject_id]
        click.echo("\t".join([*parts, entry.field, _line(entry.reason)]))


def _told(citizen: Citizen) -> Iterator[str]:
    for name in ("id", "name", "phone", "address", "area"):
        yield f"{name}\t{_line(getattr(citizen, name))}"
    yield f"registered\t{_moment(citizen.registered_at)}"
    yield f"\nReports: {len(citizen.reports)}"
    for each in citizen.reports:
        yield f"\n{each.ticket}\t{_moment(each.created_at)}\t{_line(each.title)}"
        for name in ("body", "address", "latitude", "longitude", "photo"):
            yield f"  {name}\t{_line(getattr(each, name))}"
        yield f"  anonymous\t{each.anonymous}\n  confidential\t{each.confidential}"


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(WIB).isoformat(timespec="seconds") if moment else "-"


def _line(value: object) -> str:
    """A citizen's words on one line: they may hold what a terminal would obey."""
    text = "-" if value is None else str(value)
    return "".join(letter if letter.isprintable() else " " for letter in text)
