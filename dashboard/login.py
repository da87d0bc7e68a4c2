"""Logging in and out: ``/masuk`` and ``/keluar``."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import flask_login
from flask import Blueprint, Response, redirect, render_template, request, session

from dashboard import passwords, vendor
from dashboard.access import current_user, somebody_is_there
from dashboard.demo_accounts import shown_accounts
from dashboard.words import LANGUAGE_COOKIE, WORDS, language_here, words_here
from data_access.attempts import Attempts, TooManyAttempts
from data_access.audit import Audit, Entry
from data_access.errors import DataUnavailable
from layouts.palette import DAY, NIGHT

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.wrappers import Response as AnyResponse

    from dashboard.settings import Settings
    from data_access.accounts import Account, Accounts
    from data_access.rights import User
    from data_access.state import State

log = logging.getLogger(__name__)

TEMPLATES = Path(__file__).parent / "templates"
HOME = "/tinjau/"


class Logins:
    """Begins and ends logins, and writes down that it did."""

    def __init__(self, settings: Settings, state: State, accounts: Accounts) -> None:
        self.settings = settings
        self.accounts = accounts
        self.attempts = Attempts(state)
        self.audit = Audit(state)

    def by_password(self, name: str, password: str) -> User | None:
        """A new login; ``None`` where name or password is wrong, without saying which.

        Raises:
            TooManyAttempts: the guess was not even looked at.
            DataUnavailable: guesses can't be counted, so none is taken.
        """
        address = request.remote_addr or ""
        attempt = self.attempts.begin(name, address)
        account = self.accounts.find(name)
        right = passwords.verify(account.password_hash if account else None, password)
        if account is None or not right or not self.usable(account):
            self._write(account, "login failed")
            return None
        self.attempts.succeeded(attempt, name, address)
        if passwords.outdated(account.password_hash or ""):
            self.accounts.renew_hash(account, passwords.rehashed(password))
        return self.begin(account)

    def usable(self, account: Account) -> bool:
        """Demo accounts have known passwords: they are for this machine's own user."""
        return not account.disabled and not (account.demo and self.settings.exposed)

    def begin(self, account: Account) -> User:
        """A new login in a new session: nothing of the old cookie is kept."""
        self._write(account, "login")
        user = self.accounts.begin(account)
        session.clear()
        flask_login.login_user(user)
        return user

    def end(self, user: User) -> None:
        """End this login; the cookie is worth nothing from now on."""
        self.accounts.end(user.session)
        self.audit.write(_entry("logout", user.id, user.name, user.role.value))
        flask_login.logout_user()
        session.clear()

    def _write(self, account: Account | None, action: str) -> None:
        # a name that is no account's may be a password typed into the wrong field
        known = (account.id, account.name, account.role.value) if account else (0, "", "")
        self.audit.write(_entry(action, *known))


def _entry(action: str, user_id: int, name: str, role: str) -> Entry:
    return Entry(user_id, name, role, action, "account", name, address=request.remote_addr or "")


def prepare_sessions(server: Flask, settings: Settings, accounts: Accounts, key: str) -> None:
    """Cookies of the server, and who they belong to."""
    server.secret_key = key
    server.config.update(
        SESSION_COOKIE_NAME="bcc_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.exposed,
    )
    manager = flask_login.LoginManager(server)
    manager.session_protection = None  # an address may change during a shift
    manager.user_loader(lambda token: accounts.logged_in(token, used=somebody_is_there()))


def login_blueprint(logins: Logins) -> Blueprint:
    """The pages of logging in and out."""
    blueprint = Blueprint("login", __name__, template_folder=str(TEMPLATES))

    @blueprint.app_context_processor
    def _look() -> dict[str, object]:
        return {"words": words_here(), "style": _style(), "csrf_token": csrf_token}

    @blueprint.after_request
    def _remember_language(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        if request.args.get("bahasa") in WORDS:
            response.set_cookie(
                LANGUAGE_COOKIE, language_here(), max_age=31_536_000, samesite="Lax"
            )
        return response

    @blueprint.get("/masuk")
    def form() -> str:
        return login_page(logins)

    @blueprint.post("/masuk")
    def log_in() -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
        if not _form_is_ours():
            return login_page(logins, "expired"), 400
        try:
            user = logins.by_password(
                request.form.get("name", ""), request.form.get("password", "")
            )
        except TooManyAttempts as error:
            return _wait(logins, error.wait)
        except DataUnavailable as error:
            log.error("no login is possible: %s", error.reason)
            return login_page(logins, "unavailable"), 503, {"Retry-After": "5"}
        if user is None:
            return login_page(logins, "wrong"), 401
        return redirect(next_page(request.args.get("next")), 303)

    @blueprint.get("/keluar")
    def ask() -> AnyResponse | str:
        user = current_user()
        if user is None or not user.session:
            return redirect("/masuk")
        return render_template("logout.html", user=user)

    @blueprint.post("/keluar")
    def log_out() -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
        user = current_user()
        if user is None or not user.session:
            return redirect("/masuk", 303)
        if not _form_is_ours():
            return render_template("logout.html", user=user), 400
        try:
            logins.end(user)
        except DataUnavailable:
            return login_page(logins, "unavailable"), 503, {"Retry-After": "5"}
        return redirect("/masuk", 303)

    return blueprint


def login_page(logins: Logins, problem: str = "", **values: object) -> str:
    """The form, with what went wrong."""
    return render_template(
        "login.html",
        problem=words_here()[problem].format(**values) if problem else "",
        name=request.form.get("name", "")[:64],
        here=request.args.get("next", ""),
        demo=shown_accounts(logins.settings, logins.accounts),
        oidc=bool(logins.settings.oidc_issuer),
    )


def _wait(logins: Logins, wait: timedelta) -> tuple[str, int, dict[str, str]]:
    seconds = ceil(wait.total_seconds())
    page = login_page(logins, "too_many", minutes=ceil(seconds / 60))
    return page, 429, {"Retry-After": str(seconds)}


def next_page(asked: str | None) -> str:
    """Where to go after the login: a path of this server, whatever the address says."""
    if not asked or not asked.startswith("/") or not asked.isprintable() or "\\" in asked:
        return HOME
    try:
        parts = urlsplit(asked)
    except ValueError:
        return HOME
    return HOME if parts.scheme or parts.netloc or asked.startswith("//") else asked


# -- forms --------------------------------------------------------------------------------------


def csrf_token() -> str:
    """The session's token, which a form must bring back."""
    if "csrf" not in session:
        session["csrf"] = secrets.token_urlsafe(32)
    return str(session["csrf"])


def _form_is_ours() -> bool:
    kept, given = session.get("csrf", ""), request.form.get("csrf", "")
    return bool(kept) and hmac.compare_digest(kept.encode(), given.encode("utf-8", "replace"))


def _style() -> str:
    """Fonts and colours of the wall, by day and night as the browser prefers."""
    font = vendor.address("inter.woff2")
    face = f"@font-face{{font-family:Inter;font-weight:100 900;src:url({font})}}" if font else ""
    return (
        f"{face}:root{{color-scheme:light;{DAY.css()}}}"
        f"@media (prefers-color-scheme:dark){{:root{{color-scheme:dark;{NIGHT.css()}}}}}"
    )
