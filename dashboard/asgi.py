"""The server: an event loop for the feed, threads for everything else.

A thousand screens are a thousand open streams. One loop holds them at a few kilobytes each; Dash
and the API are an ordinary Flask server beside it, on a small pool of threads.
"""

from __future__ import annotations

import asyncio
<<<<<<< HEAD
import io
=======
>>>>>>> main
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ
from starlette.applications import Starlette
<<<<<<< HEAD
from starlette.middleware import Middleware
=======
from starlette.datastructures import Headers
>>>>>>> main
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from dashboard.bodies import WholeBodies
from dashboard.feed import Channel
from dashboard.security import LARGEST_BODY
from layouts.palette import THEMES
from layouts.wall import OVERVIEW, SCENES

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

    from flask import Flask
<<<<<<< HEAD
    from starlette.requests import Request
    from starlette.types import Scope
=======
    from starlette.types import Receive, Scope, Send
>>>>>>> main

    from dashboard.access import Guard
    from dashboard.feed import Feed
    from dashboard.identity import Identity
    from dashboard.publisher import Publisher
    from dashboard.settings import Settings

THREADS = 8
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
STREAM_HEADERS = Headers(
    NO_STORE | {"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
).raw


RECHECK_S = 10.0
"""How long an open stream outlives its token or login."""


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

    async def refusal(request: Request) -> Response | None:
        return await asyncio.to_thread(_refusal, server, identity.guard, request.scope)

    async def edition(request: Request) -> Response:
        refused = await refusal(request)
        if refused is not None:
            return refused
        channel = _channel(request)
        if channel is None:
            return _unknown_channel()
        found = await asyncio.to_thread(feed.edition, channel)
        status = feed.status(channel)
        headers = NO_STORE | {
            "X-BCC-Now": str(status["now"]),
            "X-BCC-Checked": str(status["checked"]),
        }
        if found is None:
            return JSONResponse({"error": "Menunggu data"}, 503, headers | {"Retry-After": "2"})
        headers["ETag"] = tag = f'"{status["build"]}.{found.version}"'
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(found.body, media_type="application/json", headers=headers)

<<<<<<< HEAD
    async def stream(request: Request) -> Response:
        refused = await refusal(request)
        if refused is not None:
            return refused
        channel = _channel(request)
        if channel is None:
            return _unknown_channel()
        headers = NO_STORE | {"X-Accel-Buffering": "no"}
        events = feed.listen(channel)
        if not identity.settings.open_wall:
            events = _while_allowed(events, lambda: refusal(request))
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

=======
>>>>>>> main
    threads: Any = WSGIMiddleware(cast("Any", server), workers=THREADS)
    plain: Any = GZipMiddleware(WholeBodies(threads, LARGEST_BODY), compresslevel=6)
    return Starlette(
        routes=[
            Route("/wall/feed", edition),
            Route("/wall/stream", Stream(feed), methods=["GET"]),
            Mount("/", plain),
        ],
        middleware=_proxies(identity.settings),
        lifespan=lifespan,
    )


<<<<<<< HEAD
def _proxies(settings: Settings) -> list[Middleware]:
    """Believe what proxies say of the sender, where it is known who they are."""
    if not settings.trusted_proxies:
        return []
    trusted = list(settings.trusted_proxies)
    return [Middleware(cast("Any", ProxyHeadersMiddleware), trusted_hosts=trusted)]


def _refusal(server: Flask, guard: Guard, scope: Scope) -> Response | None:
    """What the guard of the Flask server says to a request that does not reach it."""
    try:
        environ = build_environ(cast("Any", scope), cast("Any", io.BytesIO()))
    except UnicodeDecodeError:
        return JSONResponse({"error": "not an address"}, 400, NO_STORE)
    with server.request_context(cast("Any", environ)):
        refused = guard.check(scope["path"])
    if refused is None:
        return None
    return Response(refused.get_data(), refused.status_code, dict(refused.headers) | NO_STORE)


async def _while_allowed(
    events: AsyncGenerator[bytes], refusal: Callable[[], Awaitable[Response | None]]
) -> AsyncGenerator[bytes]:
    """The events, until the one who listens may no longer."""
    loop = asyncio.get_running_loop()
    async with aclosing(events):
        checked = loop.time()
        async for event in events:
            yield event
            if loop.time() - checked < RECHECK_S:
                continue
            checked = loop.time()
            refused = await refusal()
            if refused is not None and refused.status_code != 503:
                return
=======
class Stream:
    """Server-sent events, with nothing between the feed and the server that costs a listener."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what the channel says until the screen is gone."""
        channel = _channel(Request(scope))
        if channel is None:
            await _unknown_channel()(scope, receive, send)
            return
        sending = asyncio.create_task(self._tell(channel, send))
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            sending.cancel()

    async def _tell(self, channel: Channel, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
        async with aclosing(self._feed.listen(channel)) as messages:
            async for message in messages:
                await send({"type": "http.response.body", "body": message, "more_body": True})
>>>>>>> main


def _channel(request: Request) -> Channel | None:
    channel = Channel(
        request.query_params.get("scene", OVERVIEW), request.query_params.get("theme", "night")
    )
    return channel if channel.scene in SCENES and channel.theme in THEMES else None


def _unknown_channel() -> Response:
    sentence = f"scene is one of {', '.join(SCENES)}; theme is one of {', '.join(THEMES)}"
    return JSONResponse({"error": sentence}, 404, NO_STORE)
