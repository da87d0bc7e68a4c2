"""The feed over real HTTP: whole editions, changes, pulses, and what it must never carry."""

from __future__ import annotations

import copy
import gzip
import json
import random
import socket
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from dashboard.api import PANELS
from dashboard.patches import difference
from layouts.palette import THEMES
from layouts.wall import SCENES
from tests.browser import City
from tests.serving import get, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser import Serve
    from tests.serving import Server


def edition(server: Server, scene: str = "overview", theme: str = "night") -> dict[str, Any]:
    """The whole edition of a channel, once there is one."""
    url = f"{server.url}/wall/feed?scene={scene}&theme={theme}"
    wait_until(lambda: get(url).status == 200, 15, "an edition")
    return json.loads(gzip.decompress(get(url).body))  # type: ignore[no-any-return]


class Listener:
    """One screen on the stream, with a plain socket."""

    def __init__(self, server: Server, scene: str = "overview", theme: str = "night") -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.port), 15)
        request = (
            f"GET /wall/stream?scene={scene}&theme={theme} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n"
        )
        self._socket.sendall(request.encode())
        self._lines = self._socket.makefile("rb")
        self.head = b"".join(iter(self._lines.readline, b"\r\n"))

    def hear(self, wanted: str) -> dict[str, Any]:
        """The next event of a kind."""
        for line in self._lines:
            if line == f"event: {wanted}\n".encode():
                return json.loads(self._lines.readline()[6:])  # type: ignore[no-any-return]
        raise AssertionError("the stream ended")

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@contextmanager
def listening(server: Server, scene: str = "overview", theme: str = "night") -> Iterator[Listener]:
    listener = Listener(server, scene, theme)
    try:
        yield listener
    finally:
        listener.close()


# -- whole editions -------------------------------------------------------------------------------


def test_an_edition_is_compressed_json_of_all_panels(city_server: Server) -> None:
    content = edition(city_server)
    answer = get(f"{city_server.url}/wall/feed")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.body) < 10_000, "a full payload stays under 10 kB"
    assert set(content) == {"build", "version", "panels"}
    assert "wall-map-figure" in content["panels"]
    assert abs(int(answer.headers["x-bcc-now"]) / 1000 - time.time()) < 5
    assert int(answer.headers["x-bcc-checked"]) <= int(answer.headers["x-bcc-now"])


def test_an_edition_that_the_screen_has_is_not_sent_again(city_server: Server) -> None:
    edition(city_server)
    url = f"{city_server.url}/wall/feed"
    tag = get(url).headers["etag"]
    again = get(url, {"If-None-Match": tag})
    assert (again.status, again.body) == (304, b"")
    assert "x-bcc-checked" in again.headers
    assert get(url, {"If-None-Match": '"other.1"'}).status == 200


@pytest.mark.parametrize("kind", ["feed", "stream"])
@pytest.mark.parametrize("query", ["scene=nowhere", "theme=pink", "scene=../etc", "theme="])
def test_an_unknown_channel_is_told_what_is_allowed(
    kind: str, query: str, city_server: Server
) -> None:
    answer = get(f"{city_server.url}/wall/{kind}?{query}")
    assert answer.status == 404
    for name in (*SCENES, *THEMES):
        assert name in answer.json["error"]


def test_without_a_database_the_feed_says_that_it_waits(tmp_path: Path, serve: Serve) -> None:
    server = serve(tmp_path / "absent.sqlite")
    answer = get(f"{server.url}/wall/feed")
    assert (answer.status, answer.json) == (503, {"error": "Menunggu data"})
    assert answer.headers["retry-after"] == "2"
    assert get(f"{server.url}/healthz").status == 200
    assert get(f"{server.url}/readyz").status == 503
    assert get(f"{server.url}/wall/").status == 200
    with listening(server) as screen:
        assert screen.hear("pulse")["version"] is None
    assert not (tmp_path / "absent.sqlite").exists(), "reading made a file"


# -- changes --------------------------------------------------------------------------------------


def test_a_change_makes_the_old_edition_equal_to_the_new_in_each_channel(
    city: Path, serve: Serve
) -> None:
    server, database = serve(city), City(city)
    channels = [("overview", "night"), ("overview", "day"), ("queue", "night")]
    before = {channel: edition(server, *channel) for channel in channels}
    screens = {channel: Listener(server, *channel) for channel in channels}
    for screen in screens.values():
        screen.hear("pulse")

    database.report("FEED-1")

    for channel, screen in screens.items():
        change = screen.hear("edition")
        assert len(json.dumps(change)) < 20_000
        after = edition(server, *channel)
        assert change["from"] == before[channel]["version"]
        assert change["to"] == after["version"]
        assert applied(before[channel]["panels"], change["patch"]) == after["panels"]
        assert after["panels"] != before[channel]["panels"]
        screen.close()


def test_pulses_tell_the_servers_time_and_the_age_of_the_data(city_server: Server) -> None:
    edition(city_server)
    with listening(city_server) as screen:
        assert b"text/event-stream" in screen.head
        screen.hear("pulse")
        first, second = screen.hear("pulse"), screen.hear("pulse")
    assert 1500 < second["now"] - first["now"] < 4000
    assert second["checked"] > first["checked"]
    assert (second["late_s"], second["stale_s"]) == (3, 5)


def test_no_screen_is_called_late_between_two_pulses(city: Path, serve: Serve) -> None:
    server = serve(city, BCC_REFRESH_S="0.2")
    edition(server)
    with listening(server) as screen:
        first, second = screen.hear("pulse"), screen.hear("pulse")
    assert second["late_s"] * 1000 > second["now"] - first["now"]


def test_a_screen_that_reads_nothing_harms_nobody_and_recovers(city: Path, serve: Serve) -> None:
    server, database = serve(city), City(city)
    edition(server)
    with listening(server) as slow, listening(server) as quick:
        for n in range(5):
            database.report(f"SLOW-{n}")
            change = quick.hear("edition")
        slow.hear("pulse")
        heard = slow.hear("edition")
        while heard["to"] != change["to"]:
            heard = slow.hear("edition")
        assert heard["to"] == edition(server)["version"]


# -- patches --------------------------------------------------------------------------------------


def applied(old: Any, patch: list[Any]) -> Any:
    """What a screen makes of a patch; written from the format's description."""
    kind, *rest = patch
    if kind == "=":
        return rest[0]
    if kind == "@":
        return _changed_at(old, *rest)
    if kind == "s":
        start, count, items = rest
        return old[:start] + items + old[start + count :]
    if kind == "o":
        changed, gone = rest
        kept = {key: value for key, value in old.items() if key not in gone}
        return kept | {key: applied(old.get(key), part) for key, part in changed.items()}
    if kind == "l":
        return [
            applied(item, rest[0][str(n)]) if str(n) in rest[0] else item
            for n, item in enumerate(old)
        ]
    assert kind == "k"
    return [_placed(old, item) for item in rest[0]]


def _changed_at(old: Any, path: list[Any], patch: list[Any]) -> Any:
    if not path:
        return applied(old, patch)
    new = copy.copy(old)
    if isinstance(old, dict):
        new[path[0]] = _changed_at(old.get(path[0]), path[1:], patch)
    else:
        new[int(path[0])] = _changed_at(old[int(path[0])], path[1:], patch)
    return new


def _placed(old: list[Any], item: Any) -> Any:
    if isinstance(item, dict):
        return item["v"]
    return old[item] if isinstance(item, int) else applied(old[item[0]], item[1])


LEAVES: tuple[Any, ...] = (None, True, False, 0, 1, 1.0, -2, 0.5, "", "a", "é", "1", [], {})


def tree(chance: random.Random, depth: int = 4) -> Any:
    """A JSON value like those of drawings: objects, lists, and lists of keyed components."""
    shape = chance.choice(["leaf", "object", "list", "keyed"]) if depth else "leaf"
    if shape == "leaf":
        return copy.deepcopy(chance.choice(LEAVES))
    size = chance.randrange(4)
    if shape == "object":
        return {chance.choice("abcde"): tree(chance, depth - 1) for _ in range(size)}
    if shape == "list":
        return [tree(chance, depth - 1) for _ in range(size)]
    keys = chance.sample("klmnop", size)
    return [{"props": {"key": key, "children": tree(chance, depth - 1)}} for key in keys]


def disturbed(chance: random.Random, value: Any) -> Any:
    """The value with some things changed, moved, dropped and added."""
    if chance.random() < 0.15:
        return tree(chance, 2)
    if isinstance(value, dict):
        kept = {key: disturbed(chance, part) for key, part in value.items()}
        if kept and chance.random() < 0.2 and "key" not in kept:
            kept.pop(chance.choice(list(kept)))
        return kept
    if isinstance(value, list):
        items = [disturbed(chance, part) for part in value]
        if chance.random() < 0.4:
            chance.shuffle(items)
        return items[: -1 if chance.random() < 0.2 else None]
    return value


def same(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1, 1.0 and true are three things."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def test_every_patch_makes_the_new_of_the_old() -> None:
    chance = random.Random(1275)
    patches = 0
    for _ in range(6000):
        old = tree(chance)
        new = disturbed(chance, copy.deepcopy(old))
        before = copy.deepcopy(old)
        patch = difference(old, new)
        patches += patch is not None
        shown = old if patch is None else applied(old, json.loads(json.dumps(patch)))
        assert same(shown, new), (old, new, patch)
        assert same(old, before), "the old one was changed"
    assert patches > 2000


def test_a_row_that_moves_travels_as_a_number() -> None:
    rows = [{"props": {"key": str(n), "children": "x" * 100}} for n in range(20)]
    assert difference(rows, rows[1:] + rows[:1]) == ["k", [*range(1, 20), 0]]


# -- privacy --------------------------------------------------------------------------------------


CANARIES = 1000


def hide_canaries(path: Path) -> None:
    """Every person, and every text of a citizen, is told by a word that exists nowhere else."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE reporters SET name = 'Kenari' || id || 'nama',"
            " phone = '0899' || (7000000 + id), address = 'Gang Kenari' || id || 'alamat'"
        )
        connection.execute(
            "UPDATE reports SET title = 'Kenari' || id || 'judul', body = 'Kenari' || id || 'isi',"
            " address = 'Kenari' || id || 'tempat', photo = 'kenari' || id || '.jpg'"
        )
        connection.execute("UPDATE follow_ups SET note = 'Kenari' || id || 'catatan'")
        connection.execute("UPDATE feedback SET comment = 'Kenari' || id || 'kata'")
        count = connection.execute("SELECT count(*) FROM reporters").fetchone()[0]
        assert count >= CANARIES
        positions = connection.execute(
            "SELECT latitude, longitude FROM reports WHERE latitude IS NOT NULL"
        ).fetchall()
        assert positions


def test_nothing_that_leaves_the_server_tells_of_a_person(city: Path, serve: Serve) -> None:
    hide_canaries(city)
    server, database = serve(city), City(city)
    addresses = [f"/wall/{scene}" for scene in ("", *SCENES)]
    addresses += [f"/wall/feed?scene={scene}&theme={theme}" for scene in SCENES for theme in THEMES]
    addresses += [f"/api/v1/panels/{panel}.{kind}" for panel in PANELS for kind in ("json", "csv")]
    addresses += ["/", "/healthz", "/readyz", "/wall/_dash-layout", "/wall/_dash-dependencies"]
    edition(server)
    seen = {address: get(server.url + address) for address in addresses}
    assert all(answer.status in {200, 302} for answer in seen.values()), {
        address: answer.status for address, answer in seen.items() if answer.status >= 400
    }
    carried = {address: unpacked(answer.body) for address, answer in seen.items()}
    with listening(server) as screen:
        screen.hear("pulse")
        database.report("CITY-1", title="Kenari77judul", body="Kenari77isi", reporter_id=1)
        carried["the stream"] = json.dumps(screen.hear("edition")).encode()
    database.run("ALTER TABLE feedback RENAME TO feedback_away")
    time.sleep(2)
    carried["the log"] = server.log.read_bytes()
    assert b"panel feedback could not be read" in carried["the log"]
    for address, content in carried.items():
        assert b"kenari" not in content.lower(), address
        assert b"08997" not in content, address


def unpacked(body: bytes) -> bytes:
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def test_the_map_carries_no_position_of_a_report(city: Path, serve: Serve) -> None:
    with closing(sqlite3.connect(city)) as connection:
        exact = [
            row[0]
            for row in connection.execute(
                "SELECT latitude FROM reports WHERE latitude IS NOT NULL AND finished_at IS NULL"
            )
        ]
    figure = edition(serve(city), "map")["panels"]["wall-map-figure"]["figure"]
    marks = [latitude for trace in figure["data"] for latitude in trace["y"] if "marker" in trace]
    assert len(marks) > 30
    hits = sum(any(abs(mark - place) < 0.00006 for place in exact) for mark in marks)
    assert hits < len(marks) / 2, "more than chance would have it"


# -- the wall of a moment that is over --------------------------------------------------------


def test_a_past_moment_is_shown_as_it_was(city_server: Server) -> None:
    url = f"{city_server.url}/wall/feed?scene=overview&as_of="
    answer = get(f"{url}2019-05-31T23:59:59%2B07:00")
    panels = json.loads(gzip.decompress(answer.body))["panels"]
    years = json.dumps(panels["wall-years-body"])
    assert answer.headers["x-bcc-checked"] == "1559321999000"
    assert all(figure in years for figure in ("732", "647", "213", "90\\u00a0%", "81\\u00a0%"))
    assert "2020" not in years


def test_a_moment_that_cannot_be_is_refused_with_a_sentence(city_server: Server) -> None:
    for wrong in ("kemarin", "2019-05-31", "2999-01-01T00:00:00%2B07:00"):
        answer = get(f"{city_server.url}/wall/feed?as_of={wrong}")
        assert answer.status == 400
        assert "as_of" in answer.json["error"]
