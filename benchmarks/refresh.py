"""One refresh after a change, beside a Dash app written the usual way

The usual way: one callback for each of the same eight tiles, on an interval, pandas from SQL; same
database, same kind of server, as many threads. Ours pays its pulses and its looking, too. A
thousand screens of the usual way take a quarter of an hour: 1,000 of their requests are measured.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
import uvloop

from benchmarks.city_file import demo_city
from benchmarks.listeners import allow_files, listeners
from benchmarks.parts import Row, goal
from benchmarks.servers import HOST, serve_usual, serve_wall
from benchmarks.usual_way import TILES
from benchmarks.writer import commits

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.listeners import Listener
    from benchmarks.servers import Server

SCREENS = (1, 50, 1000)
GAP_S = 1.0
LAST_S = 1.0
MOST_USUAL = 125
GOAL = 100


@dataclass(frozen=True)
class Cost:
    """What one refresh of all screens takes of the server."""

    cpu_s: float
    sent: float
    scaled_from: int | None = None


def run(quick: bool = False) -> list[Row]:
    """For one screen, fifty and a thousand."""
    rows = []
    for screens in SCREENS:
        ours, usual = _ours(screens, 10 if quick else 40), _usual(screens, quick)
        rows.append(_row(screens, ours, usual))
    return rows


def _row(screens: int, ours: Cost, usual: Cost) -> Row:
    times = usual.cpu_s / ours.cpu_s
    mark = f" (from {usual.scaled_from})" if usual.scaled_from else ""
    row = {
        "screens": f"{screens:,}",
        "server's time, ours": _time(ours.cpu_s),
        "the usual way": _time(usual.cpu_s) + mark,
        "times less": f"{times:,.0f}",
        "sent, ours": _size(ours.sent),
        "sent, the usual way": _size(usual.sent) + mark,
        "bytes, times less": f"{usual.sent / ours.sent:,.0f}",
    }
    return row | goal(times >= GOAL, f"≥ {GOAL} times less time") if screens == 50 else row


def _time(seconds: float) -> str:
    return f"{seconds * 1000:,.0f} ms" if seconds < 10 else f"{seconds:,.0f} s"


def _size(count: float) -> str:
    return f"{count / 1000:,.1f} kB" if count < 1e6 else f"{count / 1e6:,.1f} MB"


# -- ours ------------------------------------------------------------------------------------------


def _ours(screens: int, changes: int) -> Cost:
    allow_files(screens)
    with demo_city() as file, serve_wall(file) as server:
        return uvloop.run(_changes(server, file, screens, changes))


async def _changes(server: Server, file: Path, screens: int, changes: int) -> Cost:
    async with listeners(server, screens) as listening:
        await commits(file, 2, GAP_S)
        await asyncio.sleep(LAST_S)
        cpu, sent, count = server.cpu_s(), *_received(listening)
        await commits(file, changes, GAP_S)
        await asyncio.sleep(LAST_S)
        sent, count = (
            now - then for now, then in zip(_received(listening), (sent, count), strict=True)
        )
        return Cost((server.cpu_s() - cpu) / count, sent / count)


def _received(listening: list[Listener]) -> tuple[int, int]:
    """Bytes that all screens have got, and editions that one of them has."""
    return sum(listener.received() for listener in listening), len(listening[0].editions())


# -- the usual way ---------------------------------------------------------------------------------


def _usual(screens: int, quick: bool) -> Cost:
    asked = min(screens, 10 if quick else MOST_USUAL)
    rounds = max(1, 10 // asked)
    allow_files(asked)
    with demo_city() as file, serve_usual(file) as server:
        uvloop.run(_refresh(server, 1))
        cpu = server.cpu_s()
        sent = sum(uvloop.run(_refresh(server, asked)) for _ in range(rounds))
        cpu = server.cpu_s() - cpu
    factor = screens / asked / rounds
    return Cost(cpu * factor, sent * factor, asked if asked < screens else None)


async def _refresh(server: Server, screens: int) -> int:
    """All screens ask for all tiles; the bytes that they got."""
    return sum(await asyncio.gather(*(_screen(server) for _ in range(screens))))


async def _screen(server: Server) -> int:
    reader, writer = await asyncio.open_connection(HOST, server.port)
    received = 0
    try:
        for name, (_, prop) in TILES.items():
            writer.write(_request(name, prop))
            received += await _answer(reader)
    finally:
        writer.close()
    return received


def _request(name: str, prop: str) -> bytes:
    body = orjson.dumps(
        {
            "output": f"{name}.{prop}",
            "outputs": {"id": name, "property": prop},
            "inputs": [{"id": "tick", "property": "n_intervals", "value": 1}],
            "changedPropIds": ["tick.n_intervals"],
            "parsedChangedPropsIds": ["tick.n_intervals"],
            "state": [],
        }
    )
    head = (
        f"POST /_dash-update-component HTTP/1.1\r\nHost: {HOST}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one answer; its length, with its head."""
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"the usual way answered {head.splitlines()[0].decode()}")
    lengths = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    body = await reader.readexactly(int(lengths[0].split(b":")[1]))
    return len(head) + len(body)
