"""Accounts to try every role with, whose passwords are known: for this machine's own user alone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard import passwords
from data_access.accounts import AccountError, Accounts
from data_access.errors import DataUnavailable
from data_access.rights import Role
from data_access.state import State

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from dashboard.settings import Settings


@dataclass(frozen=True)
class DemoAccount:
    """A name with its password, shown on the login page."""

    name: str
    password: str
    role: Role
    display_name: str
    agency: str | None = None


DEMO_ACCOUNTS = (
    DemoAccount("operator", "lampu-jalan-padam", Role.OPERATOR, "Operator BCC"),
    DemoAccount("putr", "jalan-berlubang-lagi", Role.AGENCY, "Dinas PUTR", "PUTR"),
    DemoAccount("sekda", "rapat-senin-pagi", Role.SECRETARY, "Sekretaris Daerah"),
    DemoAccount("dewan", "suara-warga-kota", Role.COUNCIL, "DPRD Kota Binjai"),
    DemoAccount("admin", "kunci-ruang-server", Role.ADMINISTRATOR, "Administrator"),
)


def ensure_demo_accounts(engine: Engine) -> list[tuple[str, str, Role]]:
    """Make the demo accounts whose names are free; name, password and role of all there are."""
    accounts = Accounts(State(engine))
    known = {account.name for account in accounts.all()}
    for demo in DEMO_ACCOUNTS:
        if demo.name in known:
            continue
        with suppress(AccountError):  # another process may be quicker
            accounts.add(
                demo.name,
                demo.role,
                password_hash=passwords.hashed(demo.password, demo.name),
                agency=demo.agency,
                display_name=demo.display_name,
                demo=True,
            )
    return [(demo.name, demo.password, demo.role) for demo in _present(accounts)]


def shown_accounts(settings: Settings, accounts: Accounts) -> list[DemoAccount]:
    """Those that the login page may show: existing, and nobody else can reach the server."""
    if settings.exposed:
        return []
    try:
        return _present(accounts)
    except DataUnavailable:
        return []


def _present(accounts: Accounts) -> list[DemoAccount]:
    usable = {each.name for each in accounts.all() if each.demo and not each.disabled}
    return [demo for demo in DEMO_ACCOUNTS if demo.name in usable]
