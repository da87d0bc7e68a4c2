"""Who is asking, and what they may ask for. Everything that no rule allows is denied."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import flask_login
from flask import Response, g, has_request_context, redirect, render_template, request

from dashboard.settings import Settings, is_loopback
from dashboard.words import words_here
from data_access.errors import DataUnavailable
from data_access.rights import Rights, Role, User, restrict, rights_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask import Flask

    from data_access.accounts import Accounts

__all__ = ["Rights", "Role", "User", "current_user", "restrict", "rights_here", "rights_of"]

WALL_COOKIE = "bcc_wall"
A_YEAR = 31_536_000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
SCREEN = User(0, "wall", Role.WALL)
"""Who looks at a wall that is open."""


# -- the rules ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """Who may use a route."""

    roles: frozenset[Role] = frozenset()
    public: bool = False
    """For everybody, without login."""
    wall: bool = False
    """A wall's: for everybody where the wall is open."""
    page: bool = False
    """Read by people: a denial leads to the login instead of answering with data."""
    passive: bool = False
    """Asked again and again by an open page: no sign that somebody still sits before it."""


PUBLIC = Rule(public=True)
PUBLIC_PAGE = Rule(public=True, page=True)
ROOM = frozenset({Role.WALL, Role.OPERATOR, Role.SECRETARY, Role.ADMINISTRATOR})
DESK = frozenset(set(Role) - {Role.WALL})
EVERY_ROLE = frozenset(Role)


def _dash(prefix: str, roles: frozenset[Role], *, wall: bool) -> dict[str, Rule]:
    """The routes of a Dash app: its pages, and what its pages ask for."""
    page, data = (Rule(roles, wall=wall, page=is_page) for is_page in (True, False))
    inner = (
        "_dash-layout",
        "_dash-dependencies",
        "_dash-update-component",
        "_reload-hash",
        "_favicon.ico",
        "_dash-component-suites/<string:package_name>/<path:fingerprinted_path>",
    )
    return {prefix: page, f"{prefix}<path:path>": page} | {prefix + part: data for part in inner}


RULES: Mapping[str, Rule] = {
    "/healthz": PUBLIC,
    "/readyz": PUBLIC,
    "/vendor/<name>": PUBLIC,
    "/wall/wall-assets/<path:filename>": PUBLIC,
    "/tinjau/review-assets/<path:filename>": PUBLIC,
    "/masuk": PUBLIC_PAGE,
    "/masuk/oidc": PUBLIC_PAGE,
    "/masuk/oidc/kembali": PUBLIC_PAGE,
    "/keluar": PUBLIC_PAGE,
    "/": PUBLIC_PAGE,
    **_dash("/wall/", ROOM, wall=True),
    "/wall/feed": Rule(ROOM, wall=True, passive=True),
    "/wall/stream": Rule(ROOM, wall=True, passive=True),
    "/api/v1/panels/<panel>.<kind>": Rule(EVERY_ROLE, wall=True),
    **_dash("/tinjau/", DESK, wall=False),
    "/tinjau/versi": Rule(DESK),
    "/tinjau/unduh/<table>.<kind>": Rule(DESK),
}
"""Every route of the server, by its pattern. A route that does not stand here is denied to all."""


# -- who is asking ------------------------------------------------------------------------------


def current_user() -> User | None:
    """Whose request this is; ``None`` for nobody's."""
    return getattr(g, "user", None) if has_request_context() else None


def rights_here() -> Rights:
    """Of the user; on a route of an open wall, of a screen."""
    rule = RULES.get(request.url_rule.rule) if request.url_rule else None
    return rights_of(current_user() or (SCREEN if rule and rule.wall else None))


def somebody_is_there() -> bool:
    """Whether the request shows that its user still is."""
    rule: Rule | None = g.get("rule")
    return rule is None or not rule.passive


class Guard:
    """Asked before every request; answers those that are denied."""

    def __init__(self, settings: Settings, accounts: Accounts) -> None:
        self._settings = settings
        self._accounts = accounts
        self._hosts = _hosts(settings)
        self._screens: dict[str, User] = {}

    def protect(self, server: Flask) -> None:
        """Stand before every route of the server."""
        server.before_request(self.check)
        server.after_request(_keep_nothing)

    def check(self, route: str = "") -> Response | None:
        """The denial of the present request; ``None`` where it may go on."""
        g.rule = None
        if not self._host_is_ours(request.host):
            return _say(400, "unknown Host; names of this server are set with BCC_ALLOWED_HOSTS")
        if request.method not in SAFE_METHODS and not _same_site():
            return _say(403, "sent from another site")
        route = route or (request.url_rule.rule if request.url_rule else "")
        if not route:
            return None  # there is nothing, and Flask says so
        g.rule = rule = RULES.get(route)
        if rule is None:
            return _say(403, "no rule allows this")
        return self._judge(rule)

    def _judge(self, rule: Rule) -> Response | None:
        open_to_all = rule.public or (rule.wall and self._settings.open_wall)
        if open_to_all and (rule.passive or (rule.public and not rule.page)):
            return None  # the same for everybody: a thousand screens need no thousand questions
        try:
            g.user = self._who()
        except DataUnavailable:
            return None if open_to_all else _say(503, "accounts can't be read now")
        if rule.wall and rule.page and request.args.get("token"):
            return self._take_token(request.args["token"])
        if open_to_all or (g.user is not None and g.user.role in rule.roles):
            return None
        return _deny(rule, g.user)

    def _who(self) -> User | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._screen(token.strip())
        user = flask_login.current_user
        if user.is_authenticated:
            found: User = user._get_current_object()
            return found
        cookie = request.cookies.get(WALL_COOKIE)
        return self._screen(cookie) if cookie else None

    def _screen(self, token: str) -> User | None:
        """A token's screen. One seen before goes on while the state database is away."""
        try:
            found = self._accounts.screen(token)
        except DataUnavailable:
            if token in self._screens:
                return self._screens[token]
            raise
        if found is None:
            self._screens.pop(token, None)
        else:
            self._screens[token] = found
        return found

    def _take_token(self, token: str) -> Response:
        """Move the token from the address, which others may read, to a cookie."""
        try:
            known = self._screen(token) is not None
        except DataUnavailable:
            return _say(503, "tokens can't be read now")
        if not known and not self._settings.open_wall:
            return _say(401, "this token is not valid")
        rest = urlencode([pair for pair in request.args.items(multi=True) if pair[0] != "token"])
        answer = _redirect(request.path + ("?" + rest if rest else ""))
        if not known:
            return answer
        answer.set_cookie(
            WALL_COOKIE,
            token,
            max_age=A_YEAR,
            httponly=True,
            secure=self._settings.exposed,
            samesite="Lax",
        )
        return answer

    def _host_is_ours(self, host: str) -> bool:
        name = (urlsplit(f"//{host}").hostname or "") if _parses(host) else ""
        if name in self._hosts or is_loopback(name):
            return True
        return self._settings.exposed and _is_address(name)


def _hosts(settings: Settings) -> frozenset[str]:
    own = {settings.host.lower()} | ({socket.gethostname().lower()} if settings.exposed else set())
    return frozenset(own | set(settings.allowed_hosts))


def _parses(host: str) -> bool:
    try:
        urlsplit(f"//{host}").port  # noqa: B018 - a port out of range is found by reading it
    except ValueError:
        return False
    return bool(host)


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _same_site() -> bool:
    """Whether a browser says that our own page sent this; programs say nothing."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.host.lower()


# -- denials ------------------------------------------------------------------------------------


def _deny(rule: Rule, user: User | None) -> Response:
    if not rule.page:
        return _say(403, "not allowed") if user else _say(401, "log in first, or send a token")
    if user is None:
        return _redirect("/masuk?" + urlencode({"next": request.full_path.rstrip("?")}))
    return Response(render_template("denied.html", user=user, words=words_here()), 403)


def _redirect(address: str) -> Response:
    answer = redirect(address)
    assert isinstance(answer, Response)
    return answer


def _say(status: int, sentence: str) -> Response:
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "5"
    return Response(
        json.dumps({"error": sentence}), status, headers, content_type="application/json"
    )


def _keep_nothing(response: Response) -> Response:
    """What was shown after a login is not kept by the browser for the next one."""
    rule: Rule | None = g.get("rule")
    if rule is None or not rule.public:
        response.headers.setdefault("Cache-Control", "no-store")
    return response
