"""Open311 GeoReport v2, from files and from a real server on the loopback."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest

from data_access.importing.open311 import MAPPING, open_requests, parse
from data_access.importing.open311_server import Feed, Patience, Server
from data_access.importing.run import Options, import_reports
from data_access.importing.session import import_state
from data_access.importing.summary import Summary
from data_access.importing.texts import ImportingError
from data_access.schema import agencies, categories, follow_ups
from tests.importing import NOW, Desk

REQUEST = {
    "service_request_id": 638344,
    "status": "closed",
    "status_notes": "Duplicate request.",
    "service_name": "Sidewalk and Curb Issues",
    "service_code": "006",
    "description": "Tolong & cepat <b>",
    "agency_responsible": "DPW",
    "requested_datetime": "2024-04-14T06:37:38-08:00",
    "updated_datetime": "2024-04-15T06:37:38-08:00",
    "address": "8TH AVE and JUDAH ST",
    "lat": 37.762221815,
    "long": -122.4651145,
    "media_url": "http://example.org/a.jpg",
}


def xml(requests: list[dict[str, Any]], root: str = "service_requests") -> bytes:
    body = "".join(
        "<request>"
        + "".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in request.items())
        + "</request>"
        for request in requests
    )
    return f'<?xml version="1.0" encoding="utf-8"?><{root}>{body}</{root}>'.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("r.json", json.dumps([REQUEST]).encode()),
        ("r.json", json.dumps({"service_requests": [REQUEST]}).encode()),
        ("r.xml", xml([REQUEST])),
    ],
)
def test_files(desk: Desk, name: str, content: bytes) -> None:
    desk.run(desk.write(content, name), MAPPING)
    report = desk.one()
    assert (report.ticket, report.title, report.body) == (
        "638344",
        "Tolong & cepat <b>",
        "Tolong & cepat <b>",
    )
    assert report.created_at == datetime(2024, 4, 14, 14, 37, 38, tzinfo=UTC)
    assert (report.status, report.finished_at) == ("done", report.created_at + timedelta(days=1))
    assert (report.latitude, report.longitude) == (37.762221815, -122.4651145)
    assert [row.name for row in desk.rows(categories)] == ["Sidewalk and Curb Issues"]
    assert [row.abbreviation for row in desk.rows(agencies)] == ["DPW"]
    assert [row.note for row in desk.rows(follow_ups)] == ["Duplicate request."]


def test_halves_of_characters_and_nuls_are_dropped(desk: Desk) -> None:
    odd = REQUEST | {"description": "a\ud800b\x00c", "address": {"x": "\udfff"}}
    desk.run(desk.write(json.dumps([odd]), "r.json"), MAPPING)
    assert (desk.one().body, desk.one().address) == ("abc", '{"x": "\\udfff"}')


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1, 2]",
        b"{}",
        b"<html><body>login</body></html>",
        b"<service_requests><request>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><service_requests>&a;</service_requests>',
        b"[" * 200_000,
        b"\xff\xfe[",
    ],
)
def test_what_is_not_open311(content: bytes) -> None:
    with pytest.raises(ImportingError, match="Jawaban Open311 tak dapat dibaca"):
        parse(content)


# -- a server -------------------------------------------------------------------------------


@dataclass
class City:
    """A small GeoReport server: pages, windows, updates, and faults to order."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    faults: list[int] = field(default_factory=list)
    paged: bool = True
    knows_updates: bool = True
    address: str = ""

    def add(self, number: int, created: datetime, **told: Any) -> None:
        self.requests.append(
            {
                "service_request_id": str(number),
                "status": "open",
                "service_code": "7",
                "description": f"Laporan {number}",
                "requested_datetime": created.isoformat(),
                "updated_datetime": created.isoformat(),
            }
            | told
        )

    def answer(self, query: dict[str, str]) -> list[dict[str, Any]]:
        found = self.requests
        if "start_date" in query:
            found = [
                r for r in found if query["start_date"] <= _z(r, "requested") <= query["end_date"]
            ]
        elif "updated_after" in query and self.knows_updates:
            found = [r for r in found if _z(r, "updated") >= query["updated_after"]]
        size = int(query["page_size"])
        start = (int(query["page"]) - 1) * size if self.paged else 0
        return found[start : start + size]


def _z(request: dict[str, Any], which: str) -> str:
    moment = datetime.fromisoformat(request[f"{which}_datetime"])
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def city() -> Iterator[City]:
    city = City()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            city.asked.append({"path": parts.path} | query)
            if city.faults:
                self._fault(city.faults.pop(0))
            elif parts.path.startswith("/v2/services."):
                self._send(b'[{"service_code": "7", "service_name": "Lampu jalan"}]')
            elif parts.path == "/v2/requests.xml":
                self._send(xml(city.answer(query)))
            else:
                self._send(json.dumps(city.answer(query)).encode())

        def _fault(self, code: int) -> None:
            if code == 0:
                self.close_connection = True
            elif code == 200:
                self._send(b"<html>login</html>")
            else:
                self.send_error(code)

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    city.address = f"http://127.0.0.1:{server.server_port}/v2"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield city
    server.shutdown()
    server.server_close()
    thread.join()


def fetch(
    desk: Desk, city: City, since: datetime | None = None, now: datetime = NOW, kind: str = ""
) -> Summary:
    server = Server(city.address + kind, Patience(answer_s=5, pause_s=0), sleep=lambda _s: None)
    feed = Feed(server, now, since)
    options = Options(now=now, quarantine=desk.quarantine, at_end=feed.remember)
    return import_reports(feed.source(desk.engine), MAPPING, desk.engine, options)


@pytest.mark.parametrize("kind", ["", "/requests.json", "/requests.xml"])
def test_page_by_page(desk: Desk, city: City, kind: str) -> None:
    for number in range(250):
        city.add(number, NOW - timedelta(days=number % 80, hours=1))
    summary = fetch(desk, city, kind=kind)
    assert (summary.new, summary.read) == (250, 250)
    assert {row.name for row in desk.rows(categories)} == {"Lampu jalan"}
    pages = [ask["page"] for ask in city.asked if "start_date" in ask]
    assert pages == ["1", "2", "3", "4"]


def test_long_spans_are_asked_for_in_windows(desk: Desk, city: City) -> None:
    for number in range(10):
        city.add(number, NOW - timedelta(days=number * 40, hours=1))
    assert fetch(desk, city, since=NOW - timedelta(days=400)).new == 10
    spans = {(ask["start_date"], ask["end_date"]) for ask in city.asked if "start_date" in ask}
    assert len(spans) == 5


def test_a_server_that_knows_no_pages(desk: Desk, city: City) -> None:
    city.paged = city.knows_updates = False
    for number in range(30):
        city.add(number, NOW - timedelta(hours=number + 1))
    assert fetch(desk, city).read == 30


def test_updates_since_the_last_time(desk: Desk, city: City) -> None:
    for number in range(5):
        city.add(number, NOW - timedelta(days=50 + number))
    assert fetch(desk, city).new == 5
    (kept,) = desk.rows(import_state)
    assert kept.moment == NOW - timedelta(days=50)
    assert kept.source == city.address
    later = NOW + timedelta(days=1)
    city.requests[4] |= {"status": "closed", "updated_datetime": later.isoformat()}
    city.add(9, NOW + timedelta(hours=2))
    city.asked.clear()
    summary = fetch(desk, city, now=NOW + timedelta(days=2))
    assert (summary.new, summary.updated, summary.unchanged) == (1, 1, 1)
    assert desk.rows(import_state)[0].moment == later
    first = next(ask for ask in city.asked if "start_date" in ask)
    assert first["start_date"] == "2024-04-12T04:00:00Z"


def test_what_a_server_tells_is_kept_in_a_file_not_in_memory(desk: Desk, city: City) -> None:
    city.paged = True
    text = "Lampu jalan di depan gang padam. " * 150
    for number in range(2_000):
        city.add(number, NOW - timedelta(hours=number % 900 + 1), description=text)
    told: list[int] = []
    feed = Feed(Server(city.address), NOW, None)
    tracemalloc.start()
    try:
        source = feed.source(desk.engine, told.append)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000 * len(text) / 2
    assert told == [*range(100, 2_001, 100), 2_000]
    assert (source.size, source.done()) == (2_000, 0)
    assert sum(1 for _ in source.rows) == source.done() == 2_000
    source.close()


def test_a_file_tells_how_far_it_is(desk: Desk) -> None:
    requests = [REQUEST | {"service_request_id": number} for number in range(30)]
    source = open_requests(desk.write(json.dumps(requests), "r.json"))
    next(source.rows)
    assert (source.size, source.done()) == (30, 1)


def test_faults_are_tried_again(desk: Desk, city: City) -> None:
    city.add(1, NOW - timedelta(hours=1))
    server = Server(city.address, Patience(answer_s=5, pause_s=0), sleep=lambda _s: None)
    city.faults = [503, 0, 200]
    assert len(list(server.requests(NOW - timedelta(days=1), NOW))) == 1


def test_giving_up_leaves_everything_as_it_was(desk: Desk, city: City) -> None:
    city.add(1, NOW - timedelta(hours=1))
    fetch(desk, city)
    city.faults = [500] * 100
    city.add(2, NOW - timedelta(hours=1))
    with pytest.raises(ImportingError, match=r"127\.0\.0\.1 tidak menjawab .* 4 kali: HTTP 500"):
        fetch(desk, city)
    assert len(desk.rows()) == 1


def test_a_refusal_is_not_asked_again(city: City) -> None:
    server = Server(city.address, Patience(pause_s=0))
    city.faults = [404]
    with pytest.raises(ImportingError, match="HTTP 404"):
        list(server.requests(NOW - timedelta(days=1), NOW))
    assert len(city.asked) == 1


def test_time_ends(city: City) -> None:
    waited: list[float] = []
    city.faults = [503] * 9
    server = Server(city.address, Patience(tries=9, total_s=0.0), sleep=waited.append)
    with pytest.raises(ImportingError, match="tidak menjawab"):
        list(server.requests(NOW - timedelta(days=1), NOW))
    assert len(city.asked) == 0


def test_pauses_grow(city: City) -> None:
    waited: list[float] = []
    city.faults = [503] * 3
    server = Server(city.address, sleep=waited.append)
    list(server.requests(NOW - timedelta(days=1), NOW))
    assert waited == [1.0, 2.0, 4.0]


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://x/y", "http://"])
def test_only_the_web(address: str) -> None:
    with pytest.raises(ImportingError):
        Server(address)


def test_no_password_is_kept(tmp_path: Path) -> None:
    assert (
        Server("http://a:secret@host:81/v2/requests.json?api_key=secret").name
        == "http://host:81/v2"
    )
    assert replace(Patience(), tries=2).tries == 2
