"""Requests are read here, in the event loop, before a thread works on them.

A thread that reads from a slow sender is a thread that nobody else has. The loop can wait for
thousands of them; it gives each ten seconds, and no more bytes than a request may have.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_S = 10.0


class WholeBodies:
    """Passes a request on when all of it is there."""

    def __init__(self, app: ASGIApp, largest: int, seconds: float = BODY_S) -> None:
        self._app = app
        self._largest = largest
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too large, too slow or not an address; else hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not scope["query_string"].isascii():
            await _refuse(send, 400, "an address has percent signs for letters beyond ASCII")
            return
        try:
            async with asyncio.timeout(self._seconds):
                body = await self._read(scope, receive)
        except TimeoutError:
            await _refuse(send, 408, "the request took too long")
            return
        if body is None:
            await _refuse(send, 413, f"more than {self._largest} bytes")
            return
        await self._app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body; ``None`` where it is too large."""
        if _announced(scope) > self._largest:
            return None
        parts = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            parts += message.get("body", b"")
            more = message.get("more_body", False)
            if len(parts) > self._largest:
                return None
        return bytes(parts)


def _announced(scope: Scope) -> int:
    lengths = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(lengths[0]) if lengths and lengths[0].isdigit() else 0


def _replay(body: bytes, receive: Receive) -> Receive:
    rest: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return rest.pop() if rest else await receive()

    return replay


async def _refuse(send: Send, status: int, sentence: str) -> None:
    headers = [
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"error": sentence}).encode()})
