"""One snapshot: all questions asked, drawn and packed, by the size of the city

SQLite, the overview at night, a few hundred open reports whatever the size.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.made_city import NOW, make_city
from benchmarks.parts import Row, goal
from dashboard.factory import create_application
from dashboard.feed import Channel
from dashboard.settings import Settings
from data_access.engine import open_engine
from data_access.rollups.answers import RolledReports
from data_access.rollups.keeping import install
from data_access.snapshot import take_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (1_600, 100_000, 1_000_000)
CHANNEL = Channel("overview", "night")
GOAL_MS = 400


def run(quick: bool = False) -> list[Row]:
    """For three sizes of city, without roll-ups and with them."""
    turns = 3 if quick else 15
    return [row for count in (SIZES[:2] if quick else SIZES) for row in _size(count, turns)]


def _size(count: int, turns: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'city.sqlite'}"
        engine = open_engine(url, read_only=False)
        make_city(engine, count)
        yield _row(count, "the tables", url, turns)
        install(engine)
        engine.dispose()
        row = _row(count, "roll-ups", url, turns)
    if count == SIZES[-1]:
        together = float(row["together"].split()[0])
        row |= goal(together < GOAL_MS, f"< {GOAL_MS} ms")
    yield row


def _row(count: int, source: str, url: str, turns: int) -> Row:
    asking, drawing, late = asyncio.run(_times(url, turns))
    both = [asked + drawn for asked, drawn in zip(asking, drawing, strict=True)]
    return {
        "reports": f"{count:,}",
        "read from": source,
        "asking": _ms(median(asking)),
        "drawing, comparing, packing": _ms(median(drawing)),
        "together": _ms(median(both)),
        "longest": _ms(max(both)),
        "unanswered after 2 s": str(late),
    }


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def _times(url: str, turns: int) -> tuple[list[float], list[float], int]:
    """Seconds for asking and for the rest, with one screen that listens; questions given up."""
    feed = create_application(Settings(url)).feed
    reports = RolledReports(open_engine(url))
    feed.publish(take_snapshot(reports, NOW))
    screen = feed.listen(CHANNEL)
    await anext(screen)
    asking, drawing, late = [], [], 0
    for turn in range(1, turns + 1):
        start = time.perf_counter()
        snapshot = take_snapshot(reports, NOW + turn * timedelta(minutes=1))
        asked = time.perf_counter()
        feed.publish(snapshot)
        edition = feed.edition(CHANNEL)
        if edition is None:
            raise RuntimeError("the database was not read")
        late += sum(answer.late for answer in snapshot.answers.values())
        len(edition.body)
        asking.append(asked - start)
        drawing.append(time.perf_counter() - asked)
    await screen.aclose()
    return asking, drawing, late
