"""A real Chromium, and how tests look at the wall in it."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.machine import CHROMIUM_ARGUMENTS
from data_access.demo import seed
from data_access.engine import open_engine
from tests.serving import QUICK, Server

FULL_HD = (1920, 1080)
SCENES = ("", "volume", "backlog", "reporters", "map", "queue")
"""Addresses under ``/wall/``; the first is the overview."""

Serve = Callable[..., Server]
Screen = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one tests are skipped, but fail where ``CI=true``.

    For one module each: Playwright keeps an event loop running in this thread as long as it is
    open, and other tests want to run their own.
    """
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        reason = "neither chromium nor google-chrome is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(CHROMIUM_ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the demo city as of now, to be copied."""
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    engine = open_engine(f"sqlite:///{path}", read_only=False)
    seed(engine, until=datetime.now(UTC) - timedelta(minutes=1))
    engine.dispose()
    return path


@pytest.fixture
def city(city_file: Path, tmp_path: Path) -> Path:
    """A copy of the demo city that the test may spoil."""
    return Path(shutil.copy(city_file, tmp_path / "city.sqlite"))


@contextmanager
def serving(folder: Path) -> Iterator[Serve]:
    """Starts servers, and stops them at the end."""
    started: list[Server] = []

    def start(database: Path | str, **settings: str) -> Server:
        url = f"sqlite:///{database}" if isinstance(database, Path) else database
        log = folder / f"server{len(started)}.log"
        started.append(Server(url, log, QUICK | settings))
        return started[-1].start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts servers of one test."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture(scope="module")
def city_server(city_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server on a copy of the city, for a module's tests that only look."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as start:
        yield start(Path(shutil.copy(city_file, folder / "city.sqlite")))


@pytest.fixture
def screen(browser: Browser) -> Iterator[Screen]:
    """Opens screens of a wall: ``screen(url, "volume", theme="day")``."""
    contexts = []

    def show(
        url: str,
        scene: str = "",
        *,
        theme: str = "night",
        size: tuple[int, int] = FULL_HD,
        **how: Any,
    ) -> Page:
        prepare = how.pop("prepare", None)
        wait = how.pop("wait", True)
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **how)
        contexts.append(context)
        page = context.new_page()
        if prepare is not None:
            prepare(page)
        page.goto(f"{url}/wall/{scene}?theme={theme}")
        if wait:
            wait_for(page, FILLED, 20, "the scene is filled")
        return page

    yield show
    for context in contexts:
        context.close()


FILLED = """() => {
  const titles = [...document.querySelectorAll('.title')];
  const figures = [...document.querySelectorAll('.graph')];
  return document.documentElement.dataset.state !== 'waiting' && titles.length > 0
    && titles.every((title) => title.textContent !== '')
    && figures.every((figure) => figure.querySelector('.js-plotly-plot')?.data?.length);
}"""


def wait_for(page: Page, script: str, seconds: float, what: str) -> float:
    """Look at the page until the function says yes; how long it took.

    The page's policy forbids what ``page.wait_for_function`` needs.
    """
    start = time.monotonic()
    while not evaluated(page, script):
        assert time.monotonic() - start < seconds, f"not within {seconds} s: {what}\n{seen(page)}"
        time.sleep(0.03)
    return time.monotonic() - start


def evaluated(page: Page, script: str) -> Any:
    """The function's value; nothing while the page is being loaded anew."""
    try:
        return page.evaluate(script)
    except Exception as error:
        if "navigation" in str(error) or "context was destroyed" in str(error):
            return None
        raise


def seen(page: Page) -> str:
    """The page's words, for a message."""
    return f"{state(page)}: {evaluated(page, '() => document.body.innerText.slice(0, 900)')}"


def state(page: Page) -> str:
    """What the page says of its data: fresh, late, stale, waiting, reconnecting."""
    return str(evaluated(page, "() => document.documentElement.dataset.state"))


def wait_state(page: Page, wanted: str, seconds: float) -> float:
    """Until the page is in the state."""
    script = f"() => document.documentElement.dataset.state === '{wanted}'"
    return wait_for(page, script, seconds, f"the page is {wanted}")


def words(page: Page, selector: str) -> str:
    """The words of the first element that fits."""
    return str(page.locator(selector).first.inner_text()).replace("\u00a0", " ")


def key_figure(page: Page, label: str) -> str:
    """A number at the top of the wall, as shown."""
    cell = page.locator(".key-figures .cell", has=page.get_by_text(label, exact=True))
    return str(cell.locator(".value").inner_text()).replace("\u00a0", " ")


def number(text: str) -> int:
    """The first number of a text, as Indonesians write it."""
    found = re.search(r"\d[\d.]*", text)
    assert found is not None, text
    return int(found.group().replace(".", ""))


@dataclass(frozen=True)
class City:
    """The report database as another program sees it: plain SQL of its own."""

    path: Path

    def value(self, question: str, *values: Any) -> Any:
        """One number."""
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(question, values).fetchone()[0]

    def run(self, *statements: str) -> None:
        """Commit some statements."""
        with closing(sqlite3.connect(self.path, timeout=5)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def report(self, ticket: str, created: datetime | None = None, **columns: Any) -> None:
        """Commit a citizen's report."""
        values = {
            "ticket": ticket,
            "title": "Lampu jalan mati",
            "category_id": 1,
            "area_code": self.value("SELECT code FROM areas WHERE level = 'kelurahan' LIMIT 1"),
            "latitude": 3.6001,
            "longitude": 98.4851,
            "status": "received",
            "created_at": stored(created or datetime.now(UTC)),
            "anonymous": 0,
            "confidential": 0,
            **columns,
        }
        marks = ", ".join("?" * len(values))
        with closing(sqlite3.connect(self.path, timeout=5)) as connection, connection:
            connection.execute(
                f"INSERT INTO reports ({', '.join(values)}) VALUES ({marks})",
                tuple(values.values()),
            )

    def today(self) -> int:
        """Reports since midnight in Binjai."""
        return int(self.value("SELECT count(*) FROM reports WHERE created_at >= ?", midnight()))

    def open(self) -> int:
        """Reports that are not finished."""
        return int(self.value("SELECT count(*) FROM reports WHERE finished_at IS NULL"))

    def overdue(self) -> int:
        """Open reports without an answer for more than a day."""
        return int(
            self.value(
                "SELECT count(*) FROM reports WHERE finished_at IS NULL AND answered_at IS NULL"
                " AND created_at < ?",
                stored(datetime.now(UTC) - timedelta(hours=24)),
            )
        )


def stored(moment: datetime) -> str:
    """A moment as the database keeps it."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat(" ")


def midnight() -> str:
    """The beginning of today in Binjai, as the database keeps it."""
    here = datetime.now(UTC) + timedelta(hours=7)
    return stored(here.replace(hour=0, minute=0, second=0) - timedelta(hours=7))
