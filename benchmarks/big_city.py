"""All of the wall's questions by the number of reports, from roll-ups, and their price per write

Ten years of reports with the same number of open ones, on SQLite and PostgreSQL. Each question is
asked several times; the sums are of the quickest. A write is a transaction of its own: a report
with its escalation, or the change of a status.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, update

from benchmarks.databases import new_database, without_references
from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal, markdown, quantile
from data_access.reports import Reports
from data_access.rollups.answers import RolledReports
from data_access.rollups.keeping import install, remove
from data_access.schema import escalations, reports
from data_access.snapshot import QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Engine, Executable

SIZES = (1_600, 100_000, 1_000_000, 10_000_000)
QUICK_SIZES = (1_600, 20_000)
DIRECT_UP_TO = 1_000_000
"""Beyond it the tables themselves are not asked: minutes, to show what is known."""

ROUNDS = 5
WRITES = 200
TIMES = 3
Times = dict[str, float]
"""Milliseconds by question."""


class Patient(Reports):
    """``Reports`` without a limit: here it is the time itself that is asked for."""

    def _rows(self, statement: Executable, values: Mapping[str, Any]) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement, values).all()


def run(quick: bool = False) -> list[Row]:
    """For every server and size; what can't be reached is left out, and said."""
    rows: list[Row] = []
    for backend in ("SQLite", "PostgreSQL"):
        rolled = {}
        for size in QUICK_SIZES if quick else SIZES:
            with new_database(backend) as engine:
                if engine is None:
                    rows.append({"database": f"{backend}: no server"})
                    break
                row, rolled[size] = _measured(engine, backend, size)
                rows.append(row)
        if len(rolled) > 1:
            rows[-1] |= _compared(rolled)
    return rows


def _compared(rolled: dict[int, Times]) -> Row:
    """The largest city beside the smallest, and the question that grew most."""
    small, large = min(rolled), max(rolled)
    first, last = rolled[small], rolled[large]
    times = sum(last.values()) / sum(first.values())
    name = max(QUESTIONS, key=lambda name: last[name] - first[name])
    return {
        "grew": f"{times:.1f} times",
        "most": f"{name}: {first[name]:.1f} → {last[name]:.1f} ms",
    } | goal(times <= TIMES, f"{large:,} at most {TIMES} times {small:,}")


def _measured(engine: Engine, backend: str, size: int) -> tuple[Row, Times]:
    without_references(engine)
    started = time.monotonic()
    make_city(engine, size)
    print(f"{backend} {size:,}: made in {time.monotonic() - started:.0f} s", file=sys.stderr)
    bare = _writes(engine, size)
    direct = f"{_total(Patient(engine)):.0f}" if size <= DIRECT_UP_TO else "—"
    started = time.monotonic()
    install(engine)
    print(f"roll-ups counted in {time.monotonic() - started:.0f} s", file=sys.stderr)
    rolled = _questions(RolledReports(engine))
    kept = _writes(engine, size + WRITES)
    row = {
        "database": f"{backend}, {size:,} reports",
        "tables, ms": direct,
        "roll-ups, ms": f"{sum(rolled.values()):.0f}",
        "new report without → with, µs": f"{bare[0]:.0f} → {kept[0]:.0f}",
        "new status without → with, µs": f"{bare[1]:.0f} → {kept[1]:.0f}",
    }
    remove(engine)
    return row, rolled


def _questions(asked: Reports) -> Times:
    """Milliseconds of each of the wall's questions."""
    return {name: _quickest(partial(ask, asked, NOW)) * 1000 for name, ask in QUESTIONS.items()}


def _total(asked: Reports) -> float:
    return sum(_questions(asked).values())


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


if __name__ == "__main__":
    print(markdown(run("--quick" in sys.argv)))
