"""The key that signs cookies, and what a server that others can reach must not be without."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING

from dashboard.settings import SettingsError
from data_access.errors import DataUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.settings import Settings
    from data_access.accounts import Accounts

log = logging.getLogger(__name__)

DEBUG_SWITCHES = ("FLASK_DEBUG", "DASH_DEBUG", "DASH_HOT_RELOAD", "PYTHONASYNCIODEBUG")


def refuse_unsafe(settings: Settings, environment: Mapping[str, str] | None = None) -> None:
    """Stop before serving to others what only this machine's own user may have.

    Raises:
        SettingsError: a setting that is safe on loopback alone.
    """
    if settings.secret_key and len(settings.secret_key) < 32:
        raise SettingsError("BCC_SECRET_KEY: too short; write 32 random characters or more")
    if not settings.exposed:
        return
    if not settings.secret_key:
        raise SettingsError(
            "BCC_SECRET_KEY: needed where others can reach the server; "
            "write 32 random characters or more"
        )
    if len(set(settings.secret_key)) < 10:
        raise SettingsError("BCC_SECRET_KEY: not random")
    environment = os.environ if environment is None else environment
    for switch in DEBUG_SWITCHES:
        if environment.get(switch, "").lower() not in {"", "0", "false", "no"}:
            raise SettingsError(f"{switch}: must be off where others can reach the server")


def cookie_key(settings: Settings, accounts: Accounts) -> str:
    """The setting's; on loopback one that the state database keeps over restarts."""
    if settings.secret_key:
        return settings.secret_key
    try:
        return accounts.key()
    except DataUnavailable as error:
        log.warning("no state database (%s): logins end with this process", error.reason)
        return secrets.token_urlsafe(48)
