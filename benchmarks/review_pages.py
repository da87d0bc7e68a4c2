"""Milliseconds in which the server answers the desk's pages, at 100,000 reports in SQLite

What a browser asks for when it opens a page, through the whole WSGI application: login, rights,
questions, drawing, JSON. *First* is the first visit after the data changed, *filtered* the same
with a year's filter, which the wall's answers do not serve, *again* a second visit. Medians of
five. CPU is what the process itself used: the rest is other programs' time.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal
from dashboard.factory import Application, create_application
from dashboard.settings import Settings
from data_access.engine import open_engine
from data_access.rights import Role
from layouts import ids

if TYPE_CHECKING:
    from flask.testing import FlaskClient

SIZE = 100_000
TIMES = 5
PAGE_MS = 300
YEAR = f"?since={NOW - timedelta(days=365):%Y-%m-%d}"

PAGES = {
    "overview": "/tinjau/",
    "agencies": "/tinjau/skpd",
    "agency": "/tinjau/skpd/SKPD 1",
    "comparison": "/tinjau/perbandingan",
    "places": "/tinjau/tempat",
    "kecamatan": "/tinjau/tempat/12.75.01",
    "kelurahan": "/tinjau/tempat/12.75.01.0005",
    "queue": "/tinjau/antrean",
    "reporters": "/tinjau/pelapor",
    "feedback": "/tinjau/umpan-balik",
    "report": "/tinjau/laporan/{ticket}",
    "search": "/tinjau/cari?q=lampu padam",
}


@dataclass
class Desk:
    """The application, and a secretary's browser."""

    application: Application
    client: FlaskClient
    ticket: str

    def forget(self) -> None:
        """As after a change of the data: nothing is remembered."""
        for cache in self.application.server.extensions["cache"]:
            cache.clear()

    def page(self, path: str, search: str) -> None:
        """What the page's script asks for."""
        asked = {"path": path.format(ticket=self.ticket), "search": search, "theme": "day"}
        outputs = [(ids.REVIEW_VIEW, "children"), (ids.REVIEW_TITLE, "data")]
        body: dict[str, Any] = {
            "output": f"..{'...'.join(f'{name}.{part}' for name, part in outputs)}..",
            "outputs": [{"id": name, "property": part} for name, part in outputs],
            "inputs": [{"id": ids.REVIEW_REQUEST, "property": "data", "value": asked}],
            "changedPropIds": [f"{ids.REVIEW_REQUEST}.data"],
        }
        answer = self.client.post("/tinjau/_dash-update-component", json=body)
        if answer.status_code != 200 or b'"trouble"' in answer.data:
            raise RuntimeError(f"{path}: {answer.status_code}")


def run(quick: bool = False) -> list[Row]:
    """One row for each page."""
    with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
        desk = open_desk(Path(folder), 10_000 if quick else SIZE)
        return [_measured(desk, name, *address.split("?")) for name, address in PAGES.items()]


def open_desk(folder: Path, size: int) -> Desk:
    """A made city with its wall running, and a secretary who is logged in."""
    url = f"sqlite:///{folder / 'city.sqlite'}"
    writer = open_engine(url, read_only=False)
    make_city(writer, size, open_reports=max(300, size // 300))
    writer.dispose()
    return desk_of(url, folder)


def desk_of(url: str, folder: Path) -> Desk:
    """The same of a city that is there."""
    settings = Settings(report_database=url, state_database=f"sqlite:///{folder / 'state.sqlite'}")
    application = create_application(settings)
    application.publisher.look()
    accounts = application.identity.accounts
    accounts.add("secretary", Role.SECRETARY)
    account = accounts.find("secretary")
    assert account is not None
    user = accounts.begin(account)
    client = application.server.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = user.session
    rows = application.reports.escalation_queue(NOW, limit=1)
    return Desk(application, client, (*rows.overdue, *rows.in_time)[0].ticket)


def _measured(desk: Desk, name: str, path: str, search: str = "") -> Row:
    first = _times(desk, path, search)
    filtered = _times(desk, path, YEAR if not search else f"{YEAR}&{search}")
    again = _times(desk, path, search, kept=True)
    row = {"page": name}
    for label, (wall, cpu) in (("first", first), ("filtered", filtered), ("again", again)):
        row |= {f"{label}, ms": f"{wall:.0f}", f"{label}, cpu ms": f"{cpu:.0f}"}
    return row | goal(max(first[0], filtered[0]) < PAGE_MS, f"< {PAGE_MS} ms")


def _times(desk: Desk, path: str, search: str, *, kept: bool = False) -> tuple[float, float]:
    """Milliseconds on the clock and of the processor, each the median."""
    desk.page(path, search)
    walls, cpus = [], []
    for _ in range(TIMES):
        if not kept:
            desk.forget()
        wall, cpu = time.perf_counter(), time.process_time()
        desk.page(path, search)
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    return median(walls), median(cpus)
