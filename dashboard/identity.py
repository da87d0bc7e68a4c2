"""Who is asking: accounts, logins, the guard before every route, the record of what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from dashboard.access import Guard
from dashboard.login import Logins, login_blueprint, prepare_sessions
from dashboard.oidc import oidc_blueprint
from dashboard.privacy import Reveal
from dashboard.secret import cookie_key, refuse_unsafe
from dashboard.settings import Settings, SettingsError
from data_access.accounts import Accounts
from data_access.audit import Audit
from data_access.personal import PersonalData
from data_access.state import State, open_state

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy import Engine


class Identity:
    """All that a server knows of its users."""

    def __init__(self, settings: Settings, report_engine: Engine) -> None:
        refuse_unsafe(settings)
        self.settings = settings
        self.state = state_of(settings)
        self.accounts = Accounts(self.state)
        self.audit = Audit(self.state)
        self.guard = Guard(settings, self.accounts)
        self.reveal = Reveal(PersonalData(report_engine), self.audit, _address)

    def install(self, server: Flask) -> None:
        """Stand before every route of the server, and add the pages of logging in and out."""
        logins = Logins(self.settings, self.state, self.accounts)
        prepare_sessions(
            server, self.settings, self.accounts, cookie_key(self.settings, self.accounts)
        )
        self.guard.protect(server)
        server.register_blueprint(login_blueprint(logins))
        if self.settings.oidc_issuer:
            server.register_blueprint(oidc_blueprint(server, self.settings, logins))


def state_of(settings: Settings) -> State:
    """The state database of the settings.

    Raises:
        SettingsError: its folder can't be made.
    """
    try:
        return open_state(settings.state_database)
    except OSError as error:
        raise SettingsError(f"BCC_STATE_DATABASE: {error.strerror}") from None


def _address() -> str:
    return request.remote_addr or ""
