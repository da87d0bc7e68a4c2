"""The server: an event loop for the feed, threads for everything else.

A thousand screens are a thousand open streams. One loop holds them at a few kilobytes each; Dash
and the API are an ordinary Flask server beside it, on a small pool of threads.
"""

from __future__ import annotations

import asyncio
import io
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.wsgi import build_environ
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response, StreamingResponse
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
    from starlette.requests import Request
    from starlette.types import Scope

    from dashboard.access import Guard
    from dashboard.feed import Feed
    from dashboard.identity import Identity
    from dashboard.publisher import Publisher
    from dashboard.settings import Settings

THREADS = 8
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


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

    threads: Any = WSGIMiddleware(cast("Any", server), workers=THREADS)
    plain: Any = GZipMiddleware(WholeBodies(threads, LARGEST_BODY), compresslevel=6)
    return Starlette(
        routes=[
            Route("/wall/feed", edition),
            Route("/wall/stream", stream),
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


def _channel(request: Request) -> Channel | None:
    channel = Channel(
        request.query_params.get("scene", OVERVIEW), request.query_params.get("theme", "night")
    )
    return channel if channel.scene in SCENES and channel.theme in THEMES else None


def _unknown_channel() -> Response:
    sentence = f"scene is one of {', '.join(SCENES)}; theme is one of {', '.join(THEMES)}"
    return JSONResponse({"error": sentence}, 404, NO_STORE)
