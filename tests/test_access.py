"""Every route, every role: what no rule allows is denied."""

from __future__ import annotations

import asyncio
import http.client
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import request

from dashboard.access import RULES
from dashboard.asgi import create_asgi
from dashboard.gate import RECHECK_S
from dashboard.settings import Settings
from data_access.accounts import Accounts
from data_access.records import ALL, Filters
from data_access.rights import NOTHING, Role, User, restrict, rights_of
from data_access.state import open_state
from tests.people import CLOSED, make_people
from tests.serving import Server, get

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.routing import Rule as Route

    from tests.databases import Databases
    from tests.people import People

OIDC = {"oidc_issuer": "https://login.example", "oidc_client_id": "bcc", "oidc_client_secret": "x"}
WHO = [None, *Role]
PLACE = {
    "name": "inter.woff2",
    "filename": "wall.css",
    "path": "volume",
    "package_name": "dash",
    "fingerprinted_path": "deps/polyfill.js",
    "panel": "volume",
    "table": "volume",
    "kind": "json",
}

EXPECTED = {
    "public": set(WHO),
    "room": {Role.WALL, Role.OPERATOR, Role.SECRETARY, Role.ADMINISTRATOR},
    "any": set(Role),
    "desk": set(Role) - {Role.WALL},
}
"""Said once more, and not by the table: a change of the table must be meant."""


def expected(route: str) -> set[Role | None]:
    if route.startswith("/wall/wall-assets/") or route.startswith("/tinjau/review-assets/"):
        return EXPECTED["public"]
    for start, group in (("/wall/", "room"), ("/api/", "any"), ("/tinjau/", "desk")):
        if route.startswith(start):
            return EXPECTED[group]
    return EXPECTED["public"]


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    folder = tmp_path_factory.mktemp("house")
    made = make_people(databases.fresh("sqlite"), folder, **CLOSED, **OIDC)
    yield made
    made.close()


def routes(server: Flask) -> list[Route]:
    return list(server.url_map.iter_rules())


@pytest.mark.abuse
def test_every_route_has_a_rule(house: People):
    missing = {route.rule for route in routes(house.application.server)} - set(RULES)
    assert not missing, "a new route needs a rule in dashboard/access.py"


@pytest.mark.abuse
@pytest.mark.parametrize("role", WHO)
def test_every_route_answers_each_role_as_expected(house: People, role: Role | None):
    client = house.client(role)
    adapter = house.application.server.url_map.bind("localhost")
    for route in routes(house.application.server):
        if route.rule.startswith(("/masuk", "/keluar")):
            continue  # changes the login itself
        values = {name: PLACE[name] for name in route.arguments}
        address = adapter.build(route.endpoint, values)
        method = "POST" if "POST" in (route.methods or ()) else "GET"
        answer = client.open(address, method=method, json={} if method == "POST" else None)
        denied = answer.status_code in {401, 403} or "/masuk" in answer.headers.get("Location", "")
        assert denied == (role not in expected(route.rule)), (method, address, answer.status)
        assert answer.status_code < 500 or address == "/readyz"
        answer.close()


@pytest.mark.abuse
@pytest.mark.parametrize(
    "path", [path for path in RULES if "_dash-" in path or path == "/wall/feed"]
)
def test_a_denial_on_a_data_path_is_json_without_redirect(house: People, path: str):
    address = path.replace("<string:package_name>", "dash").replace(
        "<path:fingerprinted_path>", "x"
    )
    with house.application.server.test_request_context(address):
        refused = house.application.identity.guard.check(path)
    assert refused is not None and refused.status_code == 401
    assert refused.get_json()["error"] and "Location" not in refused.headers


@pytest.mark.abuse
def test_a_route_without_a_rule_is_closed_even_to_the_administrator(people: People):
    server = people.application.server
    server._got_first_request = False
    server.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    for role in WHO:
        answer = people.client(role).get("/forgotten")
        assert answer.status_code == 403 and b"secret" not in answer.data


@pytest.mark.parametrize("role", list(Role))
def test_rules_of_the_desk_never_admit_a_wall_screen(role: Role):
    for path, rule in RULES.items():
        if path.startswith("/tinjau/") and not rule.public:
            assert (role in rule.roles) == (role is not Role.WALL), path


# -- the wall's token ---------------------------------------------------------------------------


def test_a_token_in_the_address_becomes_a_cookie_and_leaves_the_address(people: People):
    client = people.stranger()
    answer = client.get(f"/wall/queue?token={people.token}&theme=day")
    assert answer.status_code == 302 and answer.headers["Location"] == "/wall/queue?theme=day"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert client.get("/wall/").status_code == 200


@pytest.mark.abuse
@pytest.mark.parametrize("token", ["x", "", "' OR 1=1 --", "\0", "é" * 3000])
def test_a_wrong_token_opens_nothing(people: People, token: str):
    client = people.stranger()
    answer = client.get("/wall/", query_string={"token": token})
    assert answer.status_code in {302, 401}
    assert "bcc_wall" not in answer.headers.get("Set-Cookie", "")
    assert client.get("/wall/_dash-layout").status_code == 401


def test_programs_send_the_token_in_a_header(people: People):
    headers = {"Authorization": f"Bearer {people.token}"}
    client = people.stranger()
    assert client.get("/api/v1/panels/volume.json", headers=headers).status_code == 200
    wrong = client.get("/api/v1/panels/volume.json", headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 401


@pytest.mark.abuse
def test_a_disabled_token_is_worth_nothing_at_once(people: People):
    client = people.client(Role.WALL)
    assert client.get("/wall/").status_code == 200
    people.accounts.disable_token("Dinding")
    assert client.get("/wall/").status_code == 302
    assert client.get("/wall/_dash-layout").status_code == 401


@pytest.mark.fault
def test_a_screen_goes_on_while_the_state_database_is_away(people: People, monkeypatch):
    client = people.client(Role.WALL)
    assert client.get("/wall/_dash-layout").status_code == 200
    monkeypatch.setattr(people.application.identity.state, "transaction", _away)
    assert client.get("/wall/_dash-layout").status_code == 200
    stranger = people.stranger()
    stranger.set_cookie("bcc_wall", "another")
    assert stranger.get("/wall/_dash-layout").status_code == 503


def _away():
    from data_access.errors import DataUnavailable, Reason

    raise DataUnavailable(Reason.ABSENT)


# -- an open wall -------------------------------------------------------------------------------


def test_on_loopback_the_wall_is_open_and_the_desk_is_not(databases: Databases, tmp_path: Path):
    people = make_people(databases.fresh("sqlite"), tmp_path)
    client = people.stranger()
    assert client.get("/wall/").status_code == 200
    assert client.get("/api/v1/panels/queue.json").status_code == 200
    with people.application.server.test_request_context("/tinjau/_dash-layout"):
        refused = people.application.identity.guard.check("/tinjau/_dash-layout")
    assert refused is not None and refused.status_code == 401
    people.close()


def test_an_open_walls_feed_asks_the_state_database_nothing(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    people = make_people(databases.fresh("sqlite"), tmp_path)
    monkeypatch.setattr(people.application.identity.state, "transaction", pytest.fail)
    cookie = {"Cookie": f"bcc_wall={people.token}"}
    for path in ("/wall/feed", "/wall/stream", "/vendor/<name>", "/healthz"):
        with people.application.server.test_request_context(path, headers=cookie):
            assert people.application.identity.guard.check(path) is None
    people.close()


@pytest.mark.parametrize(
    ("settings", "is_open"),
    [
        (Settings(), True),
        (Settings(host="::1"), True),
        (Settings(host="0.0.0.0"), False),
        (Settings(host="192.0.2.7"), False),
        (Settings(host="binjai.example"), False),
        (Settings(allowed_hosts=("binjai.example",)), False),
        (Settings(trusted_proxies=("127.0.0.1/32",)), False),
        (Settings(host="0.0.0.0", wall_open=True), True),
        (Settings(wall_open=False), False),
    ],
)
def test_a_wall_is_open_by_itself_only_where_nobody_else_can_reach_it(
    settings: Settings, is_open: bool
):
    assert settings.open_wall is is_open


# -- rights -------------------------------------------------------------------------------------


def test_nobody_may_do_nothing():
    assert rights_of(None) == NOTHING


def test_only_the_administrator_manages_users():
    may = {role for role in Role if rights_of(User(1, "x", role, "PUTR")).manage_users}
    assert may == {Role.ADMINISTRATOR}


def test_wall_and_council_see_no_single_report_and_reveal_nothing():
    for role in (Role.WALL, Role.COUNCIL):
        rights = rights_of(User(1, "x", role))
        assert not (rights.see_reports or rights.reveal or rights.export_rows)
    assert rights_of(User(1, "x", Role.COUNCIL)).suppress_small


@pytest.mark.abuse
@pytest.mark.parametrize(
    "asked", [ALL, Filters(agencies=("DLH",)), Filters(agencies=("DLH", "PUTR"))]
)
def test_an_agency_sees_its_own_whatever_is_asked(asked: Filters):
    assert restrict(asked, rights_of(User(1, "x", Role.AGENCY, "PUTR"))).agencies == ("PUTR",)


@pytest.mark.abuse
def test_an_agency_account_without_an_agency_sees_nothing(people: People):
    rights = rights_of(User(1, "x", Role.AGENCY, None))
    assert restrict(ALL, rights).agencies not in {(), ("",)}


def test_restricting_keeps_the_other_filters():
    asked = Filters(categories=("Lampu",), kelurahan=("1",))
    narrowed = restrict(asked, rights_of(User(1, "x", Role.AGENCY, "PUTR")))
    assert replace(narrowed, agencies=()) == asked
    assert restrict(asked, rights_of(User(1, "x", Role.SECRETARY))) is asked


@pytest.mark.abuse
def test_the_api_never_gives_an_agency_another_agencys_rows(people: People):
    people.database.fill(
        {
            "agencies": [
                {"id": 1, "abbreviation": "PUTR", "name": "PUTR", "kind": "skpd"},
                {"id": 2, "abbreviation": "DLH", "name": "DLH", "kind": "skpd"},
            ]
        }
    )
    client = people.client(Role.AGENCY)
    assert client.get("/api/v1/panels/backlog.json?agency=DLH").status_code == 403
    assert client.get("/api/v1/panels/backlog.json?agency=PUTR").status_code == 200
    assert client.get("/api/v1/panels/announcements.json").status_code == 200
    assert people.client(Role.COUNCIL).get("/api/v1/panels/queue.json").status_code == 403


# -- the event loop's routes --------------------------------------------------------------------


@pytest.mark.abuse
@pytest.mark.parametrize("path", ["/wall/feed", "/wall/stream"])
@pytest.mark.parametrize("role", WHO)
def test_the_feed_asks_the_same_guard(house: People, role: Role | None, path: str):
    client = house.client(role)
    with client.session_transaction() as session:
        assert session is not None
    cookies = "; ".join(
        f"{name}={cookie.value}"
        for name in ("bcc_session", "bcc_wall")
        if (cookie := client.get_cookie(name)) is not None
    )
    with house.application.server.test_request_context(path, headers={"Cookie": cookies}):
        refused = house.application.identity.guard.check(path)
    assert (refused is None) == (role in EXPECTED["room"])


def asked(
    asgi: Any, path: str, headers: dict[str, str] | None = None, client: str = "127.0.0.1"
) -> int:
    """Status of the answer to one request of a screen that leaves at once."""
    sent: list[dict[str, Any]] = []
    came: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        return came.pop() if came else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    given = {"host": "localhost"} | (headers or {})
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
        "client": (client, 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(asgi(scope, receive, send))
    return int(sent[0]["status"]) if sent else 0


def test_the_guard_stands_before_the_feed(people: People):
    made = people.application
    asgi = create_asgi(made.server, made.feed, made.publisher, made.identity)
    for path in ("/wall/feed", "/wall/stream"):
        assert asked(asgi, path) == 401
        assert asked(asgi, path, {"Host": "evil.example"}) == 400
        assert asked(asgi, path, {"Authorization": "Bearer x"}) == 401
    # let in; there is no data yet
    assert asked(asgi, "/wall/feed", {"Authorization": f"Bearer {people.token}"}) == 503


# -- on the wire --------------------------------------------------------------------------------


@pytest.fixture
def closed(databases: Databases, tmp_path: Path) -> Iterator[Server]:
    """A real server whose wall needs a token."""
    database = databases.fresh("sqlite").url.render_as_string(hide_password=False)
    settings = {
        "BCC_STATE_DATABASE": f"sqlite:///{tmp_path}/state.sqlite",
        "BCC_WALL_OPEN": "no",
    }
    made = Server(database, tmp_path / "log", settings).start()
    yield made
    made.stop()


@pytest.mark.abuse
def test_an_open_stream_ends_when_its_token_is_disabled(closed: Server):
    state = open_state(closed.settings["BCC_STATE_DATABASE"])
    accounts = Accounts(state)
    token = accounts.add_token("Dinding")
    assert get(f"{closed.url}/wall/stream").status == 401
    line = http.client.HTTPConnection("127.0.0.1", closed.port, timeout=20)
    line.request("GET", "/wall/stream", headers={"Cookie": f"bcc_wall={token}"})
    answer = line.getresponse()
    assert answer.status == 200 and answer.readline().startswith(b"event: ")
    accounts.disable_token("Dinding")
    start = time.monotonic()
    while answer.readline():
        assert time.monotonic() - start < RECHECK_S + 5
    line.close()
    state.engine.dispose()


def test_only_trusted_proxies_are_believed(people: People):
    made = people.application
    heard: list[str | None] = []
    made.server.before_request_funcs[None].insert(0, lambda: heard.append(request.remote_addr))
    for trusted in ((), ("10.0.0.0/8",)):
        made.identity.settings = replace(people.settings, trusted_proxies=trusted)
        asgi = create_asgi(made.server, made.feed, made.publisher, made.identity)
        forwarded = {"X-Forwarded-For": "203.0.113.9, 192.0.2.5"}
        for client in ("10.0.0.1", "192.0.2.77"):
            assert asked(asgi, "/healthz", forwarded, client) == 200
    assert heard == ["10.0.0.1", "192.0.2.77", "192.0.2.5", "192.0.2.77"]
