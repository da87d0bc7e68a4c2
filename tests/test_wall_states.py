"""The wall tells the truth about its data, whatever breaks, and is right again by itself."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from babel.dates import format_date
from click.testing import CliRunner
from sqlalchemy.engine import make_url

from dashboard.cli import cli
from tests.browser import (
    City,
    evaluated,
    key_figure,
    number,
    seen,
    state,
    wait_for,
    wait_state,
    words,
)
from tests.serving import Link, Proxy, canned, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser import Screen, Serve
    from tests.databases import Databases
    from tests.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.fault]

HEALED_S = 15
STALE_S = 15
"""From the fault to the red band: the setting of five seconds, and a busy machine."""


NOT_FRESH = "() => ['late', 'reconnecting'].includes(document.documentElement.dataset.state)"


def shown_today(page: Page) -> int:
    return number(key_figure(page, "masuk hari ini"))


def wait_today(page: Page, wanted: int, seconds: float = HEALED_S) -> None:
    """The wall's count of today's reports equals the database's, and is called fresh."""
    script = f"""() => document.documentElement.dataset.state === 'fresh'
      && [...document.querySelectorAll('.cell')].some((cell) =>
        cell.querySelector('.label').textContent === 'masuk hari ini'
        && cell.querySelector('.figure').textContent === '{wanted}')"""
    wait_for(page, script, seconds, f"fresh, with {wanted} today")


def goes_stale(page: Page, today: int) -> None:
    """Late, then stale with the red band; the last good figures stay."""
    wait_for(page, NOT_FRESH, STALE_S, "the page says that its data are late")
    assert "lalu" in words(page, ".age")
    wait_state(page, "stale", STALE_S)
    assert page.locator(".notice").is_visible()
    assert words(page, ".notice").startswith("Angka di layar ini lama: terakhir benar")
    assert page.evaluate("() => getComputedStyle(document.querySelector('.canvas')).opacity < 1")
    assert shown_today(page) == today


class FreshWatch:
    """Notes in the page whether old figures are ever called fresh while the watch is on."""

    def __init__(self, page: Page, today: int) -> None:
        self._page = page
        page.evaluate(
            """(old) => {
              window.falsehoods = [];
              window.watch = setInterval(() => {
                const shown = [...document.querySelectorAll('.cell')]
                  .find((cell) => cell.querySelector('.label').textContent === 'masuk hari ini');
                const value = shown?.querySelector('.figure').textContent;
                if (document.documentElement.dataset.state === 'fresh' && value === old)
                  window.falsehoods.push(Date.now());
              }, 20);
            }""",
            str(today),
        )

    def truth(self) -> bool:
        return self._page.evaluate("() => window.falsehoods ?? []") == []


# -- the database ---------------------------------------------------------------------------------


def test_a_database_that_comes_later_than_the_server_is_waited_for(
    city: Path, serve: Serve, screen: Screen
) -> None:
    away = city.rename(city.with_suffix(".away"))
    server = serve(city)
    page = screen(server.url, wait=False)
    wait_for(page, "() => !!document.querySelector('.age')?.textContent", 20, "a first sign")
    assert state(page) == "waiting"
    assert words(page, ".age") == "Menunggu data"
    digits = page.locator(".canvas").inner_text()
    assert not any(sign.isdigit() for sign in digits), f"unknown shown as a number: {digits!r}"
    away.rename(city)
    wait_today(page, City(city).today())


def test_a_database_that_is_moved_away_makes_the_wall_late_then_stale_and_it_heals(
    city: Path, serve: Serve, screen: Screen
) -> None:
    page = screen(serve(city).url)
    today = City(city).today()
    wait_today(page, today)
    away = city.rename(city.with_suffix(".away"))
    goes_stale(page, today)
    City(away).report("AWAY-1")
    away.rename(city)
    wait_today(page, today + 1)


def test_a_database_that_is_replaced_by_another_file_is_read(
    city: Path, serve: Serve, screen: Screen
) -> None:
    page = screen(serve(city).url)
    today = City(city).today()
    wait_today(page, today)
    with closing(sqlite3.connect(city)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other = shutil.copy(city, city.with_suffix(".new"))
    for n in range(3):
        City(other).report(f"NEW-{n}")
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    other.replace(city)
    wait_today(page, today + 3)
    for n in (4, 5):  # one alone might be seen because a minute begins
        City(city).report(f"NEW-{n}")
        wait_today(page, today + n, 8)


def test_a_locked_database_makes_the_wall_late_and_it_heals(
    city: Path, serve: Serve, screen: Screen
) -> None:
    with closing(sqlite3.connect(city)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    page = screen(serve(city).url)
    today = City(city).today()
    wait_today(page, today)
    with closing(sqlite3.connect(city, isolation_level=None)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        goes_stale(page, today)
        owner.execute("COMMIT")
    City(city).report("LOCK-1")
    wait_today(page, today + 1)


def test_a_cut_line_to_postgresql_makes_the_wall_stale_and_it_heals(
    databases: Databases, serve: Serve, screen: Screen, line: Link
) -> None:
    database = databases.another("postgresql", "_wall")
    database.fill({"categories": [{"id": 1, "name": "Lampu jalan"}]})
    _report(database, "PG-1")
    url = database.url.set(host="127.0.0.1", port=line.port)
    page = screen(serve(url.render_as_string(hide_password=False)).url)
    wait_today(page, 1)
    line.cut()
    goes_stale(page, 1)
    _report(database, "PG-2")
    line.mend()
    wait_today(page, 2)


def _report(database: object, ticket: str) -> None:
    row = {
        "ticket": ticket,
        "title": "Lampu mati",
        "category_id": 1,
        "status": "received",
        "created_at": datetime.now(UTC),
        "anonymous": False,
        "confidential": False,
    }
    database.fill({"reports": [row]})  # type: ignore[attr-defined]


@pytest.fixture
def line() -> Iterator[Link]:
    url = make_url(os.environ.get("BCC_TEST_POSTGRESQL") or "postgresql://127.0.0.1")
    link = Link(url.host or "127.0.0.1", url.port or 5432)
    yield link
    link.close()


# -- what the data are ----------------------------------------------------------------------------


def test_a_source_that_stops_is_called_silent_and_the_wall_fresh(
    city: Path, serve: Serve, screen: Screen
) -> None:
    ago = "-3 days"
    City(city).run(
        f"DELETE FROM reports WHERE created_at > datetime('now', '{ago}') AND id NOT IN"
        " (SELECT duplicate_of FROM reports WHERE duplicate_of IS NOT NULL)",
        "PRAGMA foreign_keys = OFF",
        f"UPDATE reports SET created_at = datetime('now', '{ago}', '-1 minute')"
        f" WHERE created_at > datetime('now', '{ago}')",
    )
    page = screen(serve(city).url)
    wait_today(page, 0)
    cell = words(page, ".key-figures .cell .detail")
    assert cell.startswith("Laporan terakhir ")
    assert cell.endswith(": sunyi tidak biasa")
    assert "tidak dapat" not in page.locator("body").inner_text().lower()


def test_an_empty_database_shows_zeros_that_are_true_and_no_error(
    tmp_path: Path, serve: Serve, screen: Screen
) -> None:

    path = tmp_path / "empty.sqlite"

    done = CliRunner(env={"BCC_REPORT_DATABASE": f"sqlite:///{path}"}).invoke(cli, ["init-db"])
    assert done.exit_code == 0, done.output
    problems: list[str] = []
    page = screen(serve(path).url, prepare=lambda page: _collect(page, problems))
    wait_today(page, 0)
    assert key_figure(page, "belum selesai") == "0"
    assert key_figure(page, "lewat 24 jam") == "0"
    assert key_figure(page, "tepat waktu, 30 hari") == "–"
    assert words(page, ".panel.queue .title") == "0 laporan lewat 24 jam"
    assert words(page, ".panel.backlog .title") == "Tidak ada tunggakan"
    assert words(page, ".panel.reporters .title") == "Belum ada pelapor"
    text = page.locator("body").inner_text()
    for wrong in ("terlambat", "belum dapat dibaca", "NaN", "undefined", "None"):
        assert wrong not in text
    assert problems == []


def _collect(page: Page, problems: list[str]) -> None:
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda note: note.type == "error" and problems.append(note.text))


def test_one_panel_that_fails_says_so_and_the_others_go_on(
    city: Path, serve: Serve, screen: Screen
) -> None:
    database = City(city)
    page = screen(serve(city).url)
    satisfied = words(page, ".panel.feedback .title")
    today = database.today()
    database.run("ALTER TABLE feedback RENAME TO feedback_away")
    wait_for(page, LATE_PANELS.format(how="=== 'feedback'"), HEALED_S, "only feedback is late")
    assert words(page, ".panel.feedback .title") == satisfied
    database.report("PART-1")
    wait_today(page, today + 1)
    assert "feedback" not in page.locator("body").inner_text(), "the table's name is on the screen"
    database.run("ALTER TABLE feedback_away RENAME TO feedback")
    wait_for(page, LATE_PANELS.format(how="=== ''"), HEALED_S, "no panel is late any more")


def test_a_panel_that_was_never_read_shows_a_dash_and_no_zero(
    city: Path, serve: Serve, screen: Screen
) -> None:
    City(city).run("ALTER TABLE feedback RENAME TO feedback_away")
    page = screen(serve(city).url)
    assert words(page, ".panel.feedback .title") == "Umpan balik: –"
    assert words(page, ".panel.feedback .note") == "belum dapat dibaca"
    assert shown_today(page) == City(city).today()


LATE_PANELS = """() => [...document.querySelectorAll('.panel')]
  .filter((panel) => /terlambat|belum dapat dibaca/.test(panel.querySelector('.note')?.textContent))
  .map((panel) => panel.className.replace('panel ', '')).join() {how}"""


def test_broken_rows_are_left_out_and_counted(city: Path, serve: Serve, screen: Screen) -> None:
    database = City(city)
    page = screen(serve(city).url)
    today = database.today()
    assert "tak terbaca" not in page.locator("body").inner_text()
    database.report("BROKEN-1", datetime.now(UTC) + timedelta(days=9))
    database.report("BROKEN-2", created_at="0000-00-00 00:00:00")
    database.report("BROKEN-3", status="entah", created_at="2026-01-05 01:00:00")
    wait_for(
        page,
        "() => document.querySelector('.key-figures .note').textContent === '3 baris tak terbaca'",
        HEALED_S,
        "three rows are counted as unreadable",
    )
    wait_today(page, today)


# -- the server -----------------------------------------------------------------------------------


def test_a_killed_server_is_waited_for_and_the_new_version_loaded(
    city: Path, serve: Serve, screen: Screen
) -> None:
    server = serve(city)
    page = screen(server.url)
    today = City(city).today()
    page.evaluate("() => { window.loadedBefore = true; }")
    server.kill()
    goes_stale(page, today)
    City(city).report("KILL-1")
    watch = FreshWatch(page, today)
    server.start()
    wait_for(page, "() => !window.loadedBefore", HEALED_S + 5, "the page is loaded anew")
    assert watch.truth(), "old figures were called fresh"
    wait_today(page, today + 1)


def test_a_frozen_server_makes_the_wall_stale_and_it_heals_without_a_reload(
    city: Path, serve: Serve, screen: Screen
) -> None:
    server = serve(city)
    page = screen(server.url)
    today = City(city).today()
    page.evaluate("() => { window.loadedBefore = true; }")
    server.send(signal.SIGSTOP)
    goes_stale(page, today)
    City(city).report("STOP-1")
    watch = FreshWatch(page, today)
    server.send(signal.SIGCONT)
    wait_today(page, today + 1)
    assert page.evaluate("() => window.loadedBefore")
    assert watch.truth(), "old figures were called fresh"


# -- what stands between --------------------------------------------------------------------------


@pytest.fixture
def proxied(city: Path, serve: Serve) -> Iterator[tuple[Server, Proxy, City]]:
    server = serve(city)
    proxy = Proxy(server.port)
    yield server, proxy, City(city)
    proxy.close()


LOGIN = "<!DOCTYPE html><title>Login</title><h1>Silakan masuk</h1>"
WRONG = {
    "500": canned("500 Internal Server Error", "text/html", "<h1>Internal Server Error</h1>"),
    "401": canned("401 Unauthorized", "text/html", LOGIN, 'WWW-Authenticate: Basic realm="x"'),
    "302": canned("302 Found", "text/html", LOGIN, "Location: /login"),
    "200 with HTML": canned("200 OK", "text/html", LOGIN),
    "200 with other JSON": canned("200 OK", "application/json", '{"error": "x"}'),
}


def test_wrong_answers_leave_the_old_figures_with_a_mark_and_it_heals(
    proxied: tuple[Server, Proxy, City], screen: Screen
) -> None:
    _server, proxy, database = proxied
    page = screen(proxy.url)
    address = page.url
    for n, (name, answer) in enumerate(WRONG.items()):
        today = database.today()
        wait_today(page, today)
        proxy.faults["/"] = answer
        proxy.drop()
        database.report(f"WRONG-{n}")
        wait_for(page, NOT_FRESH, STALE_S, f"a mark at {name}")
        watch = FreshWatch(page, today)
        page.wait_for_timeout(2500)
        assert page.url == address, name
        assert "Silakan masuk" not in page.locator("body").inner_text(), name
        assert shown_today(page) == today, name
        proxy.faults.clear()
        wait_today(page, today + 1)
        assert watch.truth(), f"old figures were called fresh at {name}"


def test_old_figures_are_never_fresh_while_only_the_stream_gets_through(
    proxied: tuple[Server, Proxy, City], screen: Screen
) -> None:
    """The stream says that there is something newer; the feed that would bring it fails."""
    _server, proxy, database = proxied
    page = screen(proxy.url)
    today = database.today()
    proxy.faults |= {"/wall/feed": WRONG["500"], "/wall/stream": WRONG["500"]}
    proxy.drop()
    database.report("HALF-1")
    wait_for(page, NOT_FRESH, STALE_S, "the page says that its data are late")
    watch = FreshWatch(page, today)
    del proxy.faults["/wall/stream"]
    wait_state(page, "stale", STALE_S)
    page.wait_for_timeout(2500)
    assert watch.truth(), "old figures were called fresh"
    proxy.faults.clear()
    wait_today(page, today + 1)


def test_half_a_reply_is_thrown_away_and_asked_for_again(
    proxied: tuple[Server, Proxy, City], screen: Screen
) -> None:
    _server, proxy, database = proxied
    proxy.faults["/wall/feed"] = "cut"
    page = screen(proxy.url, wait=False)
    wait_until(lambda: sum("/wall/feed" in path for path in proxy.asked) >= 2, 15, "asked again")
    assert state(page) == "waiting", seen(page)
    proxy.faults.clear()
    wait_today(page, database.today())


def test_a_request_that_is_never_answered_is_given_up_after_eight_seconds(
    proxied: tuple[Server, Proxy, City], screen: Screen
) -> None:
    _server, proxy, database = proxied
    given_up: list[float] = []
    started: list[float] = []

    def note(page: Page) -> None:
        page.on("requestfailed", lambda request: "/feed" in request.url and given_up.append(_now()))
        page.on("request", lambda request: "/feed" in request.url and started.append(_now()))

    proxy.faults["/wall/feed"] = "hang"
    page = screen(proxy.url, prepare=note, wait=False)
    wait_until(lambda: evaluated(page, "() => 1") and given_up, 14, "the request is given up")
    assert 7.5 < given_up[0] - started[0] < 10
    assert len(started) - len(given_up) <= 1, "requests overlap"
    proxy.faults.clear()
    wait_today(page, database.today())


def _now() -> float:
    return time.monotonic()


def test_a_slow_line_is_lived_with_and_requests_never_overlap(
    proxied: tuple[Server, Proxy, City], screen: Screen
) -> None:
    _server, proxy, database = proxied
    page = screen(proxy.url)
    today = database.today()
    under_way: list[int] = [0]
    most: list[int] = [0]

    def begin(request: object) -> None:
        if "/wall/feed" in request.url:  # type: ignore[attr-defined]
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])

    def end(request: object) -> None:
        under_way[0] -= "/wall/feed" in request.url  # type: ignore[attr-defined]

    page.on("request", begin)
    page.on("requestfinished", end)
    page.on("requestfailed", end)
    proxy.faults["/wall/"] = 1.5
    proxy.drop()
    database.report("SLOW-1")
    wait_today(page, today + 1)
    assert most[0] <= 1


# -- clocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_a_screen_with_a_wrong_clock_shows_the_servers_time_in_wib(
    zone: str, city_server: Server, screen: Screen
) -> None:
    wrong = datetime.now(UTC) - timedelta(days=1, hours=5)
    page = screen(
        city_server.url, prepare=lambda page: page.clock.install(time=wrong), timezone_id=zone
    )
    here = datetime.now(UTC) + timedelta(hours=7)
    shown = {f"{moment:%H.%M} WIB" for moment in (here, here - timedelta(minutes=1))}
    assert words(page, ".clock") in shown
    assert words(page, ".date") == format_date(here, "EEEE, d MMMM y", locale="id_ID")
    assert state(page) == "fresh"
