"""A thousand screens: from a commit of another process to the last byte of the edition

Two commits a second; every listener has a connection of its own, over loopback.
"""

from __future__ import annotations

import asyncio
import gzip
import time
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import orjson
import uvloop

from benchmarks.city_file import demo_city
from benchmarks.editions import applied, today
from benchmarks.listeners import allow_files, listeners
from benchmarks.parts import Row, goal, quantile
from benchmarks.servers import serve_wall
from benchmarks.writer import commits

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.listeners import Listener
    from benchmarks.servers import Server

GAP_S = 0.5
QUIET_S = 5.0
LAST_S = 3.0
GOAL_MS = 200
GOAL_MB = 250


def run(quick: bool = False) -> list[Row]:
    """For one screen, fifty and a thousand."""
    rows = []
    for screens in (1, 50, 1000):
        allow_files(screens)
        with demo_city() as file, serve_wall(file) as server:
            rows.append(uvloop.run(_measure(server, file, screens, 10 if quick else 40)))
    return rows


async def _measure(server: Server, file: Path, screens: int, changes: int) -> Row:
    async with listeners(server, screens) as listening:
        first = await asyncio.to_thread(_first, server)
        quiet = await _share(server, QUIET_S)
        cpu = server.cpu_s()
        done = await commits(file, changes, GAP_S)
        await asyncio.sleep(LAST_S)
        busy = (server.cpu_s() - cpu) / ((done[-1] - done[0]) / 1e9 + GAP_S)
        memory = server.memory_mb()
        waits, missed = latencies(first, listening, done)
    late = quantile(waits, 0.99)
    return {
        "screens": f"{screens:,}",
        "commits": str(len(done)),
        **{f"p{round(100 * p)}": f"{quantile(waits, p):.0f} ms" for p in (0.5, 0.95)},
        "p99": f"{late:.0f} ms",
        "longest": f"{max(waits):.0f} ms",
        "missed or lost": str(missed),
        "server's memory": f"{memory:.0f} MB",
        "processor, quiet": f"{quiet:.0%}",
        "processor, two commits a second": f"{busy:.0%}",
    } | goal(
        late < GOAL_MS and not missed and memory < GOAL_MB,
        f"p99 < {GOAL_MS} ms, none missed, < {GOAL_MB} MB",
    )


def _first(server: Server) -> dict[str, Any]:
    """What a screen that starts now is given."""
    with urlopen(f"{server.url}/wall/feed") as answer:
        edition: dict[str, Any] = orjson.loads(gzip.decompress(answer.read()))
    return edition


async def _share(server: Server, seconds: float) -> float:
    """The share of one core that the server takes."""
    start, cpu = time.monotonic(), server.cpu_s()
    await asyncio.sleep(seconds)
    return (server.cpu_s() - cpu) / (time.monotonic() - start)


def latencies(
    first: dict[str, Any], listening: list[Listener], done: list[int]
) -> tuple[list[float], int]:
    """Milliseconds from each commit to each listener, and how many editions never came.

    Which version shows which commit is known by the number of today's reports on it.
    """
    versions = _versions(first, listening[0], len(done))
    waits, missed = [], 0
    for listener in listening:
        came = {edition.version: edition.at_ns for edition in listener.editions()}
        missed += listener.lost
        for commit, version in zip(done, versions, strict=True):
            if version in came:
                waits.append((came[version] - commit) / 1e6)
            else:
                missed += 1
    return waits, missed


def _versions(first: dict[str, Any], listener: Listener, count: int) -> list[int | None]:
    """For each commit the first version that counts it."""
    start = today(first["panels"])
    found: list[int | None] = [None] * count
    seen = 0
    for version, panels in applied(first, [edition.change for edition in listener.editions()]):
        shown = min(today(panels) - start, count)
        found[seen:shown] = [version] * (shown - seen)
        seen = max(seen, shown)
    return found
