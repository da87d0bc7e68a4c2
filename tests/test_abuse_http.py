"""Hostile requests: each is answered, none with a traceback, and nobody else waits for it."""

from __future__ import annotations

import io
import json
import logging
import socket
import time
from typing import TYPE_CHECKING, Any

import pytest
from dash import ALL, Dash, Input, Output, State, html

from dashboard.callback_check import ForgedError, check_body, check_callbacks, read_json
from dashboard.logs import PlainLines
from dashboard.security import LARGEST_BODY
from data_access.rights import Role
from tests.people import log_in, make_people
from tests.serving import Server, get

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.databases import Databases
    from tests.people import People

pytestmark = pytest.mark.abuse
UPDATE = "/wall/_dash-update-component"


@pytest.fixture(scope="module")
def house(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    made = make_people(databases.fresh("sqlite"), tmp_path_factory.mktemp("abuse"))
    yield made
    made.close()


@pytest.fixture
def client(house: People) -> FlaskClient:
    return house.stranger()


def harmless(answer: TestResponse) -> bool:
    return answer.status_code < 500 and b"Traceback" not in answer.data


# -- bodies -------------------------------------------------------------------------------------


def test_a_body_of_fifty_megabytes_is_413(client: FlaskClient):
    answer = client.post(UPDATE, data=b" " * 50_000_000, content_type="application/json")
    assert answer.status_code == 413


@pytest.mark.parametrize("path", [UPDATE, "/masuk"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"output": NaN}',
        b'{"output": Infinity}',
        b"\xff\xfe",
        b"",
        b"null",
        b"1",
        b'"x"',
        b"[]",
        b"{}",
        b'{"output": null}',
        b'{"output": ["x"]}',
        b'{"output": "\\ud800"}',
        b"1" * 5000,
    ],
    ids=range(16),
)
def test_a_body_that_no_page_sends_is_400(client: FlaskClient, path: str, body: bytes):
    answer = client.post(path, data=body, content_type="application/json")
    assert answer.status_code == 400 and b"Traceback" not in answer.data


def test_ordinary_depth_is_not_refused():
    assert read_json(b"[" * 50 + b"]" * 50)
    with pytest.raises(ForgedError):
        read_json(b"[" * 200 + b"]" * 200)


# -- callbacks ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app() -> Dash:
    """One callback of each kind: plain, with a state, and of a family."""
    app = Dash("abuse", url_base_pathname="/x/", enable_mcp=False)
    app.layout = html.Div()

    @app.callback(Output("out", "children"), Input("in", "value"), State("kept", "data"))
    def plain(value: Any, kept: Any) -> str:
        return f"{value.upper()} {kept}"

    @app.callback(Output("all", "children"), Input({"kind": "box", "number": ALL}, "value"))
    def family(values: Any) -> str:
        return str(len(values))

    check_callbacks(app.server, app)
    from dashboard.security import protect

    protect(app.server, [])
    app._setup_server()
    return app


def sent(**changes: Any) -> dict[str, Any]:
    body = {
        "output": "out.children",
        "outputs": {"id": "out", "property": "children"},
        "inputs": [{"id": "in", "property": "value", "value": "a"}],
        "changedPropIds": ["in.value"],
        "state": [{"id": "kept", "property": "data", "value": 1}],
    }
    return body | changes


def test_what_a_page_sends_is_answered(app: Dash):
    answer = app.server.test_client().post("/x/_dash-update-component", json=sent())
    assert answer.get_json()["response"] == {"out": {"children": "A 1"}}
    boxes = [{"id": {"kind": "box", "number": n}, "property": "value", "value": n} for n in (1, 2)]
    family = sent(
        output="all.children",
        outputs={"id": "all", "property": "children"},
        inputs=[boxes],
        state=[],
    )
    answer = app.server.test_client().post("/x/_dash-update-component", json=family)
    assert answer.get_json()["response"] == {"all": {"children": "2"}}


@pytest.mark.parametrize(
    "body",
    [
        sent(output="unknown.children"),
        sent(output="__proto__"),
        sent(inputs=[]),
        sent(inputs=None),
        sent(inputs=[None]),
        sent(inputs=["in"]),
        sent(inputs={"id": "in"}),
        sent(inputs=[{"id": "other", "property": "value", "value": "a"}]),
        sent(inputs=[{"id": "in", "property": "pathname", "value": "a"}]),
        sent(inputs=[{"id": ["in"], "property": "value", "value": "a"}]),
        sent(inputs=[{"id": {"x": 1}, "property": "value", "value": "a"}]),
        sent(inputs=[[{"id": "in", "property": "value", "value": "a"}]]),
        sent(inputs=[{"property": "value", "value": "a"}]),
        sent(state=[]),
        sent(state="x"),
        sent(outputs=7),
        sent(outputs=[7]),
        sent(outputs={"id": "out"}),
        sent(changedPropIds=7),
        sent(changedPropIds=[{"a": 1}]),
        sent(
            output="all.children", inputs=[{"id": {"kind": "box"}, "property": "value"}], state=[]
        ),
        sent(output="all.children", inputs=[[{"id": {"kind": "bad", "number": 1}}]], state=[]),
        sent(
            output="all.children",
            inputs=[[{"id": {"kind": "box", "number": [1]}, "property": "value"}]],
            state=[],
        ),
    ],
    ids=range(23),
)
def test_a_forged_body_is_400(app: Dash, body: dict[str, Any]):
    answer = app.server.test_client().post("/x/_dash-update-component", json=body)
    assert answer.status_code == 400 and answer.get_json()["error"]


def test_a_callback_that_fails_says_nothing_of_how_it_is_made(
    app: Dash, caplog: pytest.LogCaptureFixture
):
    body = sent(inputs=[{"id": "in", "property": "value", "value": 7}])
    answer = app.server.test_client().post("/x/_dash-update-component", json=body)
    assert answer.status_code == 500
    assert b"Traceback" not in answer.data and b"upper" not in answer.data
    assert "AttributeError" in caplog.text


def test_a_clientside_callback_is_not_answered_by_the_server(house: People):
    client = house.stranger()
    names = [each["output"] for each in client.get("/wall/_dash-dependencies").get_json()]
    assert names
    for name in names:
        assert client.post(UPDATE, json={"output": name, "inputs": []}).status_code == 400


def test_checking_needs_no_callbacks():
    with pytest.raises(ForgedError, match="unknown output"):
        check_body({"output": "x"}, {})


# -- where it was sent from ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Sec-Fetch-Site": "same-origin"}, 400),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "http://localhost"}, 400),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "null"}, 403),
    ],
    ids=str,
)
def test_another_sites_posts_are_refused(client: FlaskClient, headers: dict[str, str], status: int):
    assert client.post(UPDATE, json={}, headers=headers).status_code == status


def test_another_sites_login_form_is_refused(house: People):
    answer = log_in(house.stranger(), "operator", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.0.2.7", "localhost:x",
     "[::1", "a" * 5000, "127.0.0.1@evil.example", ""],
)  # fmt: skip
def test_an_unknown_host_is_400(client: FlaskClient, host: str):
    answer = client.get("/masuk", headers={"Host": host})
    assert answer.status_code == 400 and "evil" not in answer.headers.get("Location", "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8050", "[::1]:8050", "LOCALHOST:1"])
def test_this_machines_names_are_known(client: FlaskClient, host: str):
    assert client.get("/masuk", headers={"Host": host}).status_code == 200


def test_names_that_are_set_are_known_and_no_others(databases: Databases, tmp_path: Path):
    people = make_people(
        databases.fresh("sqlite"),
        tmp_path,
        allowed_hosts=("bcc.example",),
        secret_key="a key for tests, long enough: 0123456789",
    )
    client = people.stranger()
    for host, status in (("bcc.example", 200), ("192.0.2.7:8050", 200), ("evil.example", 400)):
        assert client.get("/masuk", headers={"Host": host}).status_code == status
    forwarded = {"Host": "bcc.example", "X-Forwarded-Host": "evil.example"}
    answer = client.get("/wall/", headers=forwarded)
    assert "evil" not in answer.headers["Location"]
    people.close()


# -- addresses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/wall/{%config%}",
        "/wall/?x={%config%}",
        "/wall/{%25scripts%25}",
        "/wall/<script>alert(1)</script>",
        '/wall/"><img src=x onerror=alert(1)>',
        "/masuk?next={%config%}<script>alert(1)</script>",
        "/masuk?bahasa=<script>alert(1)</script>",
    ],
)
def test_what_an_address_says_is_not_in_the_page(client: FlaskClient, path: str):
    text = client.get(path).text
    plain = client.get(path.partition("?")[0] if "?" in path else "/wall/").text
    for mark in ("<script>alert(1)", "<img src=x", "{%"):
        assert mark not in text
    assert text.count("_dash-config") == plain.count("_dash-config")


@pytest.mark.parametrize(
    "path",
    [
        "/wall/wall-assets/../../pyproject.toml",
        "/wall/wall-assets/..%2f..%2fpyproject.toml",
        "/wall/wall-assets/%2e%2e/%2e%2e/pyproject.toml",
        "/wall/wall-assets/....//....//pyproject.toml",
        "/wall/wall-assets/..\\..\\pyproject.toml",
        "/wall/wall-assets//etc/passwd",
        "/wall/wall-assets/wall.css%00.png",
        "/vendor/..%2f..%2fpyproject.toml",
        "/vendor/../pyproject.toml",
        "/wall/_dash-component-suites/dash/../../../../pyproject.toml",
        "/wall/_dash-component-suites/os/x.js",
        "/wall/_dash-component-suites/<img src=x onerror=alert(1)>/x.js",
        "/wall/_dash-component-suites/dash/nothing.js",
    ],
)
def test_no_file_is_given_but_our_own(client: FlaskClient, path: str):
    answer = client.get(path)
    assert b"[project]" not in answer.data and b"root:" not in answer.data
    assert b"<img" not in answer.data
    assert harmless(answer)
    answer.close()


@pytest.mark.parametrize("path", ["/_mcp", "/wall/_mcp", "/mcp", "/wall/_dash-mcp"])
def test_nothing_answers_to_machines_that_were_not_asked_for(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
):
    monkeypatch.setenv("DASH_MCP_ENABLED", "true")
    people = make_people(databases.fresh("sqlite"), tmp_path, wall_open=False)
    known = {route.rule for route in people.application.server.url_map.iter_rules()}
    assert path not in known
    for method in ("GET", "POST"):
        assert people.stranger().open(path, method=method).status_code in {302, 404, 405}
    people.close()


@pytest.mark.parametrize("query", ["as_of=x", "agency=1 OR 1=1", "band=٣", "as_of=9999999999999"])
def test_strange_questions_are_400(client: FlaskClient, query: str):
    assert client.get(f"/api/v1/panels/volume.json?{query}").status_code == 400


def test_no_line_of_the_log_is_anybody_elses(house: People, monkeypatch: pytest.MonkeyPatch):
    def fail(**_: Any) -> None:
        raise RuntimeError("broken\r\nERROR forged line\x1b[2J")

    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(PlainLines())
    log = logging.getLogger("dashboard.security")
    log.addHandler(handler)
    monkeypatch.setitem(house.application.server.view_functions, "/wall/<path:path>", fail)
    answer = house.stranger().get("/wall/x%0dERROR forged line%1b[2J")
    log.error("%s", "x\nERROR forged line")
    log.removeHandler(handler)
    assert answer.status_code == 500 and "RuntimeError" in text.getvalue()
    assert not any(line.startswith("ERROR forged") for line in text.getvalue().splitlines())
    assert "\x1b" not in text.getvalue()


@pytest.mark.parametrize("path", ["/wall/", "/masuk", "/api/v1/panels/volume.json", "/nothing"])
def test_every_answer_has_its_headers(client: FlaskClient, path: str):
    headers = client.get(path).headers
    assert "'unsafe-eval'" not in headers["Content-Security-Policy"]
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Server" not in headers


def test_pages_behind_the_login_are_not_kept_by_the_browser(house: People):
    client = house.client(Role.OPERATOR)
    for path in ("/wall/_dash-layout", "/api/v1/panels/queue.json", "/keluar", "/masuk"):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


# -- the wire -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("wire")
    database = databases.fresh("sqlite").url.render_as_string(hide_password=False)
    state = {"BCC_STATE_DATABASE": f"sqlite:///{folder}/state.sqlite"}
    made = Server(database, folder / "log", state).start()
    yield made
    made.stop()


def raw(server: Server, text: bytes, seconds: float = 15) -> bytes:
    """What comes back for bytes as they are, until the server hangs up."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=seconds) as line:
        line.sendall(text)
        parts = b""
        try:
            while part := line.recv(65536):
                parts += part
        except TimeoutError:
            pass
        return parts


def test_slow_senders_hold_nobody_up(server: Server):
    """Twenty that never finish, on a server of eight threads."""
    head = (
        f"POST {UPDATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 1000\r\n\r\n{"
    ).encode()
    lines = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    for line in lines:
        line.sendall(head)
    time.sleep(0.5)
    start = time.monotonic()
    assert get(f"{server.url}/masuk").status == 200
    assert time.monotonic() - start < 3
    lines[0].settimeout(20)
    assert lines[0].recv(100).startswith(b"HTTP/1.1 408")
    for line in lines:
        line.close()


def test_a_body_that_grows_is_cut(server: Server):
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    head = (
        f"POST {UPDATE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    ).encode()
    answer = raw(server, head + chunk * (LARGEST_BODY // 65536 + 2))
    assert answer.startswith(b"HTTP/1.1 413")
    announced = head.replace(b"Transfer-Encoding: chunked", b"Content-Length: 50000000")
    assert raw(server, announced).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(
    "request_line",
    [
        b"GET /wall/?\xff\xfe HTTP/1.1",
        b"GET /wall/feed?\xff HTTP/1.1",
        b"GET /wall/feed?scene=%ff&theme=%00 HTTP/1.1",
        b"GET /wall/stream?scene=../../x HTTP/1.1",
        b"GET /wall/%ff%fe HTTP/1.1",
        b"GET //evil.example/ HTTP/1.1",
        b"GET /wall//evil.example/.. HTTP/1.1",
        b"BREW /masuk HTTP/1.1",
        b"POST /wall/feed HTTP/1.1",
    ],
)
def test_strange_lines_are_answered_without_a_mistake(server: Server, request_line: bytes):
    answer = raw(server, request_line + b"\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    status = int(answer.split(b" ", 2)[1])
    assert 200 <= status < 500
    assert b"Location: //" not in answer and b"location: //" not in answer


@pytest.mark.parametrize("path", ["/wall/feed", "/wall/stream", "/masuk"])
def test_a_forged_host_is_refused_on_every_path(server: Server, path: str):
    assert get(f"{server.url}{path}", {"Host": "evil.example"}).status == 400


def test_a_forged_forwarded_host_or_scheme_changes_nothing(server: Server):
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "javascript"}
    answer = get(f"{server.url}/tinjau", headers)
    assert "evil" not in json.dumps(answer.headers)
