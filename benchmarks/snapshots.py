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

from benchmarks.city import NOW, make_city
from benchmarks.parts import Row, goal
from dashboard.factory import create_application
from dashboard.feed import Channel
from dashboard.settings import Settings
from data_access.engine import open_engine
from data_access.snapshot import take_snapshot

if TYPE_CHECKING:
    from dashboard.factory import Application

SIZES = (1_600, 100_000, 1_000_000)
CHANNEL = Channel("overview", "night")
GOAL_MS = 400


def run(quick: bool = False) -> list[Row]:
    """For three sizes of city."""
    return [_size(count, 3 if quick else 15) for count in (SIZES[:2] if quick else SIZES)]


def _size(count: int, turns: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="bcc-bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'city.sqlite'}"
        engine = open_engine(url, read_only=False)
        make_city(engine, count)
        engine.dispose()
        asking, drawing = asyncio.run(_times(create_application(Settings(url)), turns))
    whole = median(a + b for a, b in zip(asking, drawing, strict=True))
    row = {
        "reports": f"{count:,}",
        "asking": _ms(median(asking)),
        "drawing, comparing, packing": _ms(median(drawing)),
        "together": _ms(whole),
        "longest": _ms(max(a + b for a, b in zip(asking, drawing, strict=True))),
    }
    if count == SIZES[-1]:
        row |= goal(whole * 1000 < GOAL_MS, f"< {GOAL_MS} ms")
    return row


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def _times(application: Application, turns: int) -> tuple[list[float], list[float]]:
    """Seconds for asking and for the rest, with one screen that listens."""
    feed, reports = application.feed, application.reports
    feed.publish(take_snapshot(reports, NOW))
    screen = feed.listen(CHANNEL)
    await anext(screen)
    asking, drawing = [], []
    for turn in range(1, turns + 1):
        start = time.perf_counter()
        snapshot = take_snapshot(reports, NOW + turn * timedelta(minutes=1))
        asked = time.perf_counter()
        feed.publish(snapshot)
        edition = feed.edition(CHANNEL)
        if edition is None or snapshot.failed:
            raise RuntimeError("the database was not read")
        len(edition.body)
        asking.append(asked - start)
        drawing.append(time.perf_counter() - asked)
    await screen.aclose()
    return asking, drawing
