"""One snapshot per change, drawn and packed once, for however many screens listen.

A channel is a scene in a theme. Its current edition is kept as ready bytes; when a snapshot
changes it, listeners get the difference. All of a feed's channels live in the server's event loop;
drawing happens on the publisher's thread.
"""

from __future__ import annotations

import asyncio
import gzip
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from dashboard.patches import difference

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from data_access.snapshot import Snapshot
    from layouts.drawing import Drawing

PULSE_S = 2.0
"""A screen that hears nothing for three pulses knows that the server is gone."""

SLOW_LISTENER = 64
"""Messages that may wait for one screen; one that is further behind is told to start anew."""


@dataclass(frozen=True)
class Channel:
    """A scene in a theme."""

    scene: str
    theme: str


@dataclass(frozen=True)
class Edition:
    """What a channel shows at one version: its drawing, and the bytes that screens fetch."""

    version: int
    drawing: Drawing
    body: bytes


@dataclass
class _Listeners:
    edition: Edition
    queues: set[asyncio.Queue[bytes]] = field(default_factory=set)


class Feed:
    """Channels with their editions and listeners."""

    def __init__(
        self,
        draw: Callable[[Channel, Snapshot], Drawing],
        build: str,
        limits: dict[str, float],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._draw = draw
        self._build = build
        self._limits = limits
        self._clock = clock
        self._lock = threading.Lock()
        self._channels: dict[Channel, _Listeners] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.snapshot: Snapshot | None = None
        self.checked_at: datetime | None = None
        self._version = 0

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take the event loop that the listeners live in."""
        self._loop = loop

    # -- the publisher's side ------------------------------------------------------------------

    def confirm(self, moment: datetime) -> None:
        """The database was read at the moment, and what the screens show is still so."""
        self.checked_at = moment

    def publish(self, snapshot: Snapshot) -> None:
        """Draw the snapshot for every channel that was asked for, and send what changed."""
        with self._lock:
            self.snapshot = snapshot
            self._version += 1
            messages = [
                (channel, message)
                for channel, listeners in self._channels.items()
                if (message := self._renew(channel, listeners, snapshot)) is not None
            ]
        if self._loop is not None and messages:
            self._loop.call_soon_threadsafe(self._send, messages)

    def _renew(self, channel: Channel, listeners: _Listeners, snapshot: Snapshot) -> bytes | None:
        old = listeners.edition
        drawing = self._draw(channel, snapshot)
        patch = difference(old.drawing, drawing)
        if patch is None:
            return None
        listeners.edition = self._edition(drawing)
        return _event("edition", {"from": old.version, "to": self._version, "patch": patch})

    def _edition(self, drawing: Drawing) -> Edition:
        content = {"build": self._build, "version": self._version, "panels": drawing}
        body = gzip.compress(orjson.dumps(content), compresslevel=6, mtime=0)
        return Edition(self._version, drawing, body)

    # -- the screens' side ---------------------------------------------------------------------

    def edition(self, channel: Channel) -> Edition | None:
        """The channel's current edition, drawn now if nobody asked before; None without data."""
        with self._lock:
            if self.snapshot is None:
                return None
            if channel not in self._channels:
                drawing = self._draw(channel, self.snapshot)
                self._channels[channel] = _Listeners(self._edition(drawing))
            return self._channels[channel].edition

    def status(self, channel: Channel) -> dict[str, Any]:
        """What every pulse says: the server's time, the age of the data, and the version."""
        listeners = self._channels.get(channel)
        return {
            "build": self._build,
            "now": _milliseconds(self._clock()),
            "checked": _milliseconds(self.checked_at) if self.checked_at else None,
            "version": listeners.edition.version if listeners else None,
            **self._limits,
        }

    async def listen(self, channel: Channel) -> AsyncGenerator[bytes]:
        """Server-sent events of a channel: a pulse at once and every two seconds, and editions."""
        await asyncio.to_thread(self.edition, channel)
        queue: asyncio.Queue[bytes] = asyncio.Queue(SLOW_LISTENER)
        listeners = self._channels.get(channel)
        if listeners is not None:
            listeners.queues.add(queue)
        try:
            while True:
                yield _event("pulse", self.status(channel))
                if listeners is None:
                    listeners = self._channels.get(channel)
                    if listeners is not None:
                        listeners.queues.add(queue)
                async for message in _until(queue, PULSE_S):
                    yield message
        finally:
            if listeners is not None:
                listeners.queues.discard(queue)

    def _send(self, messages: list[tuple[Channel, bytes]]) -> None:
        for channel, message in messages:
            for queue in self._channels[channel].queues:
                if not queue.full():
                    queue.put_nowait(message)

    @property
    def version(self) -> int:
        """Number of the newest snapshot; 0 before the first."""
        return self._version

    @property
    def listeners(self) -> int:
        """Screens that listen now."""
        return sum(len(listeners.queues) for listeners in self._channels.values())


async def _until(queue: asyncio.Queue[bytes], seconds: float) -> AsyncIterator[bytes]:
    """Messages that come within the time."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while (left := end - loop.time()) > 0:
        try:
            yield await asyncio.wait_for(queue.get(), left)
        except TimeoutError:
            return


def _event(name: str, data: Any) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n"


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
