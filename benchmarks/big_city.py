"""The wall's questions by the number of reports, with and without roll-ups, and the price per write

Ten years of reports with the same number of open ones, on SQLite and PostgreSQL. Each question is
asked three times; the sums are of the quickest. A write is a transaction of its own.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, insert, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal, markdown, quantile
from data_access.engine import open_engine
from data_access.reports import Reports
from data_access.rollups.answers import RolledReports
from data_access.rollups.keeping import install, remove
from data_access.schema import escalations, reports
from data_access.snapshot import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine, Executable

SIZES = (1_600, 100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (1_600, 20_000)
DIRECT_UP_TO = 1_000_000
"""Beyond it the tables themselves are not asked: minutes, to show what is known."""

ROUNDS = 3
WRITES = 200
TIMES = 3
SERVER = "postgresql+psycopg://postgres@127.0.0.1/postgres"


class Patient(Reports):
    """``Reports`` without a limit: here it is the time itself that is asked for."""

    def _rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement, values).all()


def run(quick: bool = False) -> list[Row]:
    """For every server and size; what can't be reached is left out, and said."""
    rows: list[Row] = []
    for backend, opened in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        rolled = {}
        for size in QUICK_SIZES if quick else SIZES:
            with opened() as engine:
                if engine is None:
                    rows.append({"database": f"{backend}: no server"})
                    break
                row, rolled[size] = _measured(engine, backend, size)
                rows.append(row)
        if len(rolled) > 1:
            first, last = rolled[min(rolled)], rolled[max(rolled)]
            words = f"{backend}: {max(rolled):,} at most {TIMES} times {min(rolled):,}"
            rows.append(
                {"database": f"{last / first:.1f} times"} | goal(last <= TIMES * first, words)
            )
    return rows


def _measured(engine: Engine, backend: str, size: int) -> tuple[Row, float]:
    started = time.monotonic()
    make_city(engine, size)
    print(f"{backend} {size:,}: made in {time.monotonic() - started:.0f} s", file=sys.stderr)
    bare = _writes(engine, size)
    direct = f"{_questions(Patient(engine)):.0f}" if size <= DIRECT_UP_TO else "—"
    started = time.monotonic()
    install(engine)
    print(f"roll-ups counted in {time.monotonic() - started:.0f} s", file=sys.stderr)
    rolled = _questions(RolledReports(engine))
    kept = _writes(engine, size + WRITES)
    row = {
        "database": f"{backend}, {size:,} reports",
        "tables, ms": direct,
        "roll-ups, ms": f"{rolled:.0f}",
        "insert, µs": f"{bare[0]:.0f} → {kept[0]:.0f}",
        "status change, µs": f"{bare[1]:.0f} → {kept[1]:.0f}",
    }
    remove(engine)
    return row, rolled


def _questions(asked: Reports) -> float:
    """Milliseconds of all the wall's questions."""
    return sum(_quickest(partial(ask, asked, NOW)) for ask in QUESTIONS.values()) * 1000


def _quickest(ask: Callable[[], Any]) -> float:
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return min(times)


def _writes(engine: Engine, start: int) -> tuple[float, float]:
    """Microseconds of the median insert of a report with its escalation, and status change."""
    ids = range(start + 1, start + 1 + WRITES)
    at = NOW - timedelta(hours=2)
    inserts = [
        (
            insert(reports).values(
                id=number,
                ticket=f"N-{number}",
                title="Lampu jalan padam",
                category_id=1,
                reporter_id=1 + number % 300,
                status="received",
                created_at=at,
            ),
            insert(escalations).values(
                id=100_000_000 + number, report_id=number, level=1, agency_id=1, forwarded_at=at
            ),
        )
        for number in ids
    ]
    changes = [
        (
            update(reports)
            .where(reports.c.id == number)
            .values(status="done", answered_at=at, finished_at=at),
        )
        for number in ids
    ]
    return _median(engine, inserts), _median(engine, changes)


def _median(engine: Engine, writes: Sequence[Sequence[Executable]]) -> float:
    times = []
    with engine.connect() as connection:
        for statements in writes:
            started = time.perf_counter()
            with connection.begin():
                for statement in statements:
                    connection.execute(statement)
            times.append(time.perf_counter() - started)
    return quantile(times, 0.5) * 1e6


@contextmanager
def _sqlite() -> Iterator[Engine | None]:
    folder = tempfile.mkdtemp(prefix="bcc-big-city-", dir=os.environ.get("BCC_BENCH_FOLDER"))
    engine = open_engine(f"sqlite:///{Path(folder) / 'city.sqlite'}", read_only=False)
    event.listen(engine, "connect", _without_references)
    try:
        yield engine
    finally:
        engine.dispose()
        shutil.rmtree(folder)


def _without_references(connection: Any, _record: Any) -> None:
    """The city is made of rows that refer to each other rightly; looking takes half the time."""
    connection.execute("PRAGMA foreign_keys = OFF").close()


@contextmanager
def _postgresql() -> Iterator[Engine | None]:
    url = make_url(os.environ.get("BCC_BENCH_POSTGRESQL") or SERVER)
    name = f"bcc_big_city_{os.getpid()}"
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    except DBAPIError:
        yield None
        return
    engine = open_engine(
        url.set(database=name).render_as_string(hide_password=False), read_only=False
    )
    try:
        yield engine
    finally:
        engine.dispose()
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


if __name__ == "__main__":
    print(markdown(run("--quick" in sys.argv)))
