"""One snapshot per change, drawn and packed once, for however many screens listen.

A channel is a scene in a theme. Its current edition is kept as ready bytes; when a snapshot
changes it, listeners get the difference. Pulses and differences are framed once, and are the same
bytes for all listeners. Listeners live in the server's event loop; drawing happens on the
publisher's thread.
"""

from __future__ import annotations

import asyncio
import gzip
import threading
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import orjson

from dashboard.patches import difference

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from data_access.snapshot import Snapshot
    from layouts.drawing import Drawing

PULSE_S = 2.0
"""A screen that hears nothing for three pulses knows that the server is gone."""

SENT_LIMIT_S = 0.5
"""A loop that is busy for longer does not keep the next reading waiting."""

SLOW_LISTENER = 64
"""Messages that may wait for one screen; one that is further behind misses some, and fetches."""


@dataclass(frozen=True)
class Channel:
    """A scene in a theme."""

    scene: str
    theme: str


@dataclass(frozen=True)
class Edition:
    """What a channel shows at one version."""

    build: str
    version: int
    drawing: Drawing

    @cached_property
    def body(self) -> bytes:
        """The bytes that screens fetch: packed when the first one does, for all."""
        content = {"build": self.build, "version": self.version, "panels": self.drawing}
        return gzip.compress(orjson.dumps(content), compresslevel=6, mtime=0)


@dataclass(frozen=True)
class Message:
    """A server-sent event, framed once for all that listen."""

    plain: bytes

    @cached_property
    def packed(self) -> bytes:
        """The same as a piece of a compressed stream: whatever pieces follow each other fit."""
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        return packer.compress(self.plain) + packer.flush(zlib.Z_SYNC_FLUSH)


STREAM_START = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
"""What a compressed stream of messages begins with: gzip, no name, no time."""


@dataclass
class _Listeners:
    edition: Edition | None = None
    """The newest; what comes next is compared with it. Guarded by the feed's lock."""

    told: int = 0
    """Version that the listeners know of. It belongs to the event loop, as the queues do."""

    queues: set[asyncio.Queue[Message]] = field(default_factory=set)


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
        """Take the event loop that the listeners live in, and let it send the pulses."""
        self._loop = loop
        loop.call_later(PULSE_S, self._beat, loop)

    # -- the publisher's side ------------------------------------------------------------------

    def confirm(self, moment: datetime) -> None:
        """The database was read at the moment, and what the screens show is still so."""
        self.checked_at = moment

    def publish(self, snapshot: Snapshot) -> None:
        """Draw the snapshot for every channel that somebody listens to, and send what changed.

        The channel with most listeners comes first; one without any is drawn when asked for.
        """
        with self._lock:
            self.snapshot = snapshot
            self._version += 1
            channels = sorted(self._channels.items(), key=lambda item: -len(item[1].queues))
            for channel, listeners in channels:
                self._renew(channel, listeners, snapshot)
            self.checked_at = snapshot.as_of

    def wait_until_sent(self, limit_s: float = SENT_LIMIT_S) -> None:
        """Let the event loop hand out what was published, before the caller takes the processor."""
        if self._loop is None:
            return
        sent = threading.Event()
        # once more around the loop: by then the listeners that were woken have had their turn
        self._loop.call_soon_threadsafe(self._loop.call_soon, sent.set)
        sent.wait(limit_s)

    def _renew(self, channel: Channel, listeners: _Listeners, snapshot: Snapshot) -> None:
        old = listeners.edition
        if not listeners.queues:
            listeners.edition = None
            return
        edition = self._edition(channel, snapshot)
        message = change(old, edition)
        if old is not None and message is None:
            return
        listeners.edition = edition
        if self._loop is None:
            self._tell(channel, edition.version, message)
        else:
            self._loop.call_soon_threadsafe(self._tell, channel, edition.version, message)

    def _edition(self, channel: Channel, snapshot: Snapshot) -> Edition:
        return Edition(self._build, self._version, self._draw(channel, snapshot))

    # -- the screens' side ---------------------------------------------------------------------

    def edition(self, channel: Channel) -> Edition | None:
        """The channel's current edition, drawn now if nobody listens to it; None without data."""
        with self._lock:
            if channel not in self._channels:
                # others may be in the midst of the old one
                self._channels = self._channels | {channel: _Listeners()}
            listeners = self._channels[channel]
            if listeners.edition is None and self.snapshot is not None:
                listeners.edition = self._edition(channel, self.snapshot)
            return listeners.edition

    def past(self, channel: Channel, snapshot: Snapshot) -> Edition:
        """What a channel showed at a moment that is over; no screen listens to it."""
        return Edition(self._build, 0, self._draw(channel, snapshot))

    def status(self, channel: Channel) -> dict[str, Any]:
        """What every pulse says: the server's time, the age of the data, and the version."""
        listeners = self._channels.get(channel)
        return {
            "build": self._build,
            "now": _milliseconds(self._clock()),
            "checked": _milliseconds(self.checked_at) if self.checked_at else None,
            "version": (listeners.told or None) if listeners else None,
            **self._limits,
        }

    async def listen(self, channel: Channel) -> AsyncGenerator[Message]:
        """Server-sent events of a channel: a pulse at once and every two seconds, and editions."""
        queue: asyncio.Queue[Message] = asyncio.Queue(SLOW_LISTENER)
        await asyncio.to_thread(self.edition, channel)
        listeners = self._channels[channel]
        listeners.queues.add(queue)
        try:
            # again, since a snapshot may have come before the queue did
            edition = await asyncio.to_thread(self.edition, channel)
            listeners.told = max(listeners.told, edition.version if edition else 0)
            yield self._pulse(channel)
            while True:
                yield await queue.get()
        finally:
            listeners.queues.discard(queue)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(PULSE_S, self._beat, loop)
        for channel, listeners in self._channels.items():
            if listeners.queues:
                _send(listeners, self._pulse(channel))

    def _tell(self, channel: Channel, version: int, message: Message | None) -> None:
        """All listeners hear of the version, at once."""
        listeners = self._channels[channel]
        listeners.told = version
        _send(listeners, message or self._pulse(channel))

    def _pulse(self, channel: Channel) -> Message:
        return _event("pulse", self.status(channel))

    @property
    def version(self) -> int:
        """Number of the newest snapshot; 0 before the first."""
        return self._version

    @property
    def listeners(self) -> int:
        """Screens that listen now."""
        return sum(len(listeners.queues) for listeners in self._channels.values())


def change(old: Edition | None, new: Edition) -> Message | None:
    """What a screen with the old edition is sent; ``None`` where the two look the same."""
    patch = difference(old.drawing, new.drawing) if old else None
    if old is None or patch is None:
        return None
    return _event("edition", {"from": old.version, "to": new.version, "patch": patch})


def _send(listeners: _Listeners, message: Message) -> None:
    for queue in listeners.queues:
        if not queue.full():
            queue.put_nowait(message)


def _event(name: str, data: Any) -> Message:
    return Message(b"event: " + name.encode() + b"\ndata: " + orjson.dumps(data) + b"\n\n")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
