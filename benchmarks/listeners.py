"""Screens without a screen: many event-stream clients in one process, each on its own connection.

What arrives is only kept with its time; it is read when all is over, so that the clients take as
little as possible of the machine that they measure.
"""

from __future__ import annotations

import asyncio
import re
import resource
import time
import zlib
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from benchmarks.servers import HOST

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from benchmarks.servers import Server

SPARE_FILES = 200
AT_ONCE = 50
_TO = re.compile(rb'"to":(\d+)')
_EVENT = re.compile(rb"event: edition\ndata: (\{.*?\})\n\n", re.DOTALL)


class Listener(asyncio.Protocol):
    """One screen's stream: every piece of it, with the nanosecond at which it was there."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.pieces: list[tuple[int, bytes]] = []
        self.started = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Keep it."""
        self.pieces.append((time.time_ns(), data))
        if not self.started.done():
            self.started.set_result(data.startswith(b"HTTP/1.1 200"))

    def connection_lost(self, _error: Exception | None) -> None:
        """The server, or the end of the measurement, has closed it."""
        self.lost = True
        if not self.started.done():
            self.started.set_result(False)

    def received(self) -> int:
        """Bytes so far."""
        return sum(len(data) for _, data in self.pieces)

    def editions(self) -> list[Edition]:
        """The editions that came, each with the time of its last byte."""
        content, ends = self._unpacked()
        found, place = [], 0
        for event in _EVENT.finditer(content):
            while ends[place][0] < event.end():
                place += 1
            found.append(Edition(ends[place][1], event[1]))
        return found

    def _unpacked(self) -> tuple[bytes, list[tuple[int, int]]]:
        """All events, and how many bytes of them were there at which time."""
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
        rest, content, ends = b"", b"", []
        for at, data in self.pieces:
            body, rest = _without_chunks(rest + data)
            content += unpack.decompress(body)
            ends.append((len(content), at))
        return content, ends


def _without_chunks(data: bytes) -> tuple[bytes, bytes]:
    """The bodies of all whole chunks, and what is left of the data."""
    body = b""
    if b"HTTP/".startswith(data[:5]):
        _, blank, after = data.partition(b"\r\n\r\n")
        if not blank:
            return b"", data
        data = after
    while (line := data.find(b"\r\n")) >= 0:
        end = line + 2 + int(data[:line], 16)
        if len(data) < end + 2:
            break
        body, data = body + data[line + 2 : end], data[end + 2 :]
    return body, data


@dataclass(frozen=True)
class Edition:
    """A change as a screen got it: when its last byte came, and its bytes."""

    at_ns: int
    data: bytes

    @property
    def change(self) -> Any:
        """``from``, ``to`` and ``patch``."""
        return orjson.loads(self.data)

    @property
    def version(self) -> int:
        """The version that it leads to."""
        found = _TO.search(self.data)
        return int(found[1]) if found else 0


@asynccontextmanager
async def listeners(server: Server, count: int) -> AsyncIterator[list[Listener]]:
    """So many screens of the overview, all of them listening."""
    allow_files(count)
    loop = asyncio.get_running_loop()
    request = (
        f"GET /wall/stream?scene=overview&theme=night HTTP/1.1\r\nHost: {HOST}\r\n"
        "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n\r\n"
    ).encode()
    opened: list[tuple[asyncio.Transport, Listener]] = []
    try:
        for start in range(0, count, AT_ONCE):
            some = min(AT_ONCE, count - start)
            new = await asyncio.gather(
                *(
                    loop.create_connection(lambda: Listener(request), HOST, server.port)
                    for _ in range(some)
                )
            )
            opened += new
            async with asyncio.timeout(30):
                await asyncio.gather(*(listener.started for _, listener in new))
        yield [listener for _, listener in opened]
    finally:
        for transport, _ in opened:
            transport.abort()


def allow_files(count: int) -> None:
    """As many open files as connections need, here and in the processes started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + SPARE_FILES
    if soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else max(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
