"""The server: an event loop for the feed, threads for everything else.

A thousand screens are a thousand open streams. One loop holds them at a few kilobytes each; Dash
and the API are an ordinary Flask server beside it, on a small pool of threads.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from werkzeug.datastructures import MultiDict

from dashboard.bodies import WholeBodies
from dashboard.feed import STREAM_START, Channel
from dashboard.gate import RECHECK_S, Gate
from dashboard.requests import BadRequestError, read_moment
from dashboard.security import LARGEST_BODY
from layouts.palette import THEMES
from layouts.wall import OVERVIEW, SCENES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from flask import Flask
    from starlette.types import Receive, Scope, Send

    from dashboard.feed import Feed
    from dashboard.identity import Identity
    from dashboard.publisher import Publisher
    from dashboard.settings import Settings

THREADS = 8
PAST_AT_ONCE = 2
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
STREAM_HEADERS = NO_STORE | {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Vary": "Accept-Encoding",
    "X-Accel-Buffering": "no",
}
PLAIN_HEADERS = Headers(STREAM_HEADERS).raw
PACKED_HEADERS = Headers(STREAM_HEADERS | {"Content-Encoding": "gzip"}).raw


def create_asgi(server: Flask, feed: Feed, publisher: Publisher, identity: Identity) -> Starlette:
    """The feed's two routes beside a Flask server; the publisher runs as long as the server."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        feed.bind(asyncio.get_running_loop())
        publisher.start()
        try:
            yield
        finally:
            publisher.stop()
            await asyncio.to_thread(publisher.join, 5)

    gate = Gate(server, identity)

    async def edition(request: Request) -> Response:
        refused = await gate.refusal(request.scope)
        if refused is not None:
            return refused
        channel = _channel(request)
        if channel is None:
            return _unknown_channel()
        try:
            moment = read_moment(MultiDict(request.query_params.multi_items()), datetime.now(UTC))
        except BadRequestError as error:
            return JSONResponse({"error": str(error)}, 400, NO_STORE)
        return await (_past(channel, moment) if moment else _present(request, channel))

    async def _present(request: Request, channel: Channel) -> Response:
        found = await asyncio.to_thread(feed.edition, channel)
        status = feed.status(channel)
        headers = NO_STORE | {
            "X-BCC-Now": str(status["now"]),
            "X-BCC-Checked": str(status["checked"]),
        }
        if found is None:
            return _waiting(headers)
        headers["ETag"] = tag = f'"{status["build"]}.{found.version}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(found.body, media_type="application/json", headers=headers)

    places = asyncio.Semaphore(PAST_AT_ONCE)

    async def _past(channel: Channel, moment: datetime) -> Response:
        async with places:
            snapshot = await asyncio.to_thread(publisher.look_back, moment)
            if snapshot.failed:
                return _waiting(NO_STORE)
            found = await asyncio.to_thread(feed.past, channel, snapshot)
        at = str(round(moment.timestamp() * 1000))
        headers = NO_STORE | {"X-BCC-Now": at, "X-BCC-Checked": at, "Content-Encoding": "gzip"}
        return Response(found.body, media_type="application/json", headers=headers)

    threads: Any = WSGIMiddleware(cast("Any", server), workers=THREADS)
    plain: Any = GZipMiddleware(WholeBodies(threads, LARGEST_BODY), compresslevel=6)
    return Starlette(
        routes=[
            Route("/wall/feed", edition),
            Route("/wall/stream", Stream(feed, gate), methods=["GET"]),
            Mount("/", plain),
        ],
        middleware=_proxies(identity.settings),
        lifespan=lifespan,
    )


def _proxies(settings: Settings) -> list[Middleware]:
    """Believe what proxies say of the sender, where it is known who they are."""
    if not settings.trusted_proxies:
        return []
    trusted = list(settings.trusted_proxies)
    return [Middleware(cast("Any", ProxyHeadersMiddleware), trusted_hosts=trusted)]


class Stream:
    """Server-sent events, with nothing between the feed and the server that costs a listener."""

    def __init__(self, feed: Feed, gate: Gate) -> None:
        self._feed = feed
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the channel says until the screen is gone, or may no longer listen."""
        refused = await self._gate.refusal(scope)
        if refused is not None:
            await refused(scope, receive, send)
            return
        request = Request(scope)
        channel = _channel(request)
        if channel is None:
            await _unknown_channel()(scope, receive, send)
            return
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        sending = asyncio.create_task(self._tell(scope, channel, packed, send))
        try:
            # a stream that ends itself is a disconnection too
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            sending.cancel()

    async def _tell(self, scope: Scope, channel: Channel, packed: bool, send: Send) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        headers = PACKED_HEADERS if packed else PLAIN_HEADERS
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if packed:
            await send({"type": "http.response.body", "body": STREAM_START, "more_body": True})
        async with aclosing(self._feed.listen(channel)) as messages:
            async for message in messages:
                body = message.packed if packed else message.plain
                await send({"type": "http.response.body", "body": body, "more_body": True})
                if self._gate.lasting or loop.time() - asked < RECHECK_S:
                    continue
                asked = loop.time()
                if not await self._gate.still_open(scope):
                    break
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _channel(request: Request) -> Channel | None:
    channel = Channel(
        request.query_params.get("scene", OVERVIEW), request.query_params.get("theme", "night")
    )
    return channel if channel.scene in SCENES and channel.theme in THEMES else None


def _waiting(headers: dict[str, str]) -> Response:
    return JSONResponse({"error": "Menunggu data"}, 503, headers | {"Retry-After": "2"})


def _unknown_channel() -> Response:
    sentence = f"scene is one of {', '.join(SCENES)}; theme is one of {', '.join(THEMES)}"
    return JSONResponse({"error": sentence}, 404, NO_STORE)
