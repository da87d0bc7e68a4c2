"""Logging in with the city's own accounts, by OpenID Connect.

The provider says who somebody is; what they may do stands in this server's accounts.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import OAuth
from flask import Blueprint, redirect, request, session, url_for
from joserfc.errors import JoseError
from requests import RequestException

from dashboard.login import login_page, next_page
from data_access.errors import DataUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from dashboard.login import Logins
    from dashboard.settings import Settings

log = logging.getLogger(__name__)

PROVIDER_TIMEOUT_S = 5
NEXT = "oidc_next"
_FAILURES = (AuthlibBaseError, JoseError, RequestException, ValueError, KeyError, RuntimeError)
"""What Authlib raises for a provider that is away, or whose answer can't be trusted."""


def oidc_blueprint(server: Flask, settings: Settings, logins: Logins) -> Blueprint:
    """The way to the provider, and back."""
    blueprint = Blueprint("oidc", __name__)
    provider = _provider(server, settings)

    @blueprint.get("/masuk/oidc")
    def start() -> AnyResponse | tuple[str, int]:
        session[NEXT] = next_page(request.args.get("next"))
        try:
            answer: AnyResponse = provider.authorize_redirect(url_for("oidc.back", _external=True))
        except _FAILURES as error:
            return _failed(logins, error)
        return answer

    @blueprint.get("/masuk/oidc/kembali")
    def back() -> AnyResponse | tuple[str, int]:
        try:
            token = provider.authorize_access_token()
            _check_issuer(provider, settings)
            name = account_name(token["userinfo"], settings.oidc_claim)
        except _FAILURES as error:
            return _failed(logins, error)
        target = session.get(NEXT)
        try:
            account = logins.accounts.find(name)
            if account is None or account.demo or not logins.usable(account):
                return login_page(logins, "no_account"), 403
            logins.begin(account)
        except DataUnavailable:
            return login_page(logins, "unavailable"), 503
        return redirect(next_page(target), 303)

    return blueprint


def _provider(server: Flask, settings: Settings) -> Any:
    return OAuth(server).register(
        "city",
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        server_metadata_url=f"{settings.oidc_issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": PROVIDER_TIMEOUT_S,
        },
    )


def account_name(claims: Mapping[str, Any], claim: str) -> str:
    """The account's name in the provider's claims.

    Raises:
        ValueError: it is missing, or an address that the provider did not verify.
    """
    name = claims.get(claim)
    if not isinstance(name, str) or not name.strip():
        raise ValueError(f"the provider sent no {claim}")
    if claim == "email" and claims.get("email_verified") is not True:
        raise ValueError("the provider did not verify the address")
    return name


def _check_issuer(provider: Any, settings: Settings) -> None:
    issuer = str(provider.load_server_metadata().get("issuer", ""))
    if issuer.rstrip("/") != settings.oidc_issuer:
        raise ValueError("the provider calls itself by another name")


def _failed(logins: Logins, error: Exception) -> tuple[str, int]:
    log.warning("login with the provider failed: %s: %r", type(error).__name__, str(error))
    return login_page(logins, "unavailable"), 502
