"""The server: an event loop for the feed, threads for everything else.

A thousand screens are a thousand open streams. One loop holds them at a few kilobytes each; Dash
and the API are an ordinary Flask server beside it, on a small pool of threads.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from dashboard.feed import Channel
from layouts.palette import THEMES
from layouts.wall import OVERVIEW, SCENES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from flask import Flask
    from starlette.requests import Request

    from dashboard.feed import Feed
    from dashboard.publisher import Publisher

THREADS = 8
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def create_asgi(server: Flask, feed: Feed, publisher: Publisher) -> Starlette:
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

    async def edition(request: Request) -> Response:
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
        channel = _channel(request)
        if channel is None:
            return _unknown_channel()
        headers = NO_STORE | {"X-Accel-Buffering": "no"}
        return StreamingResponse(
            feed.listen(channel), media_type="text/event-stream", headers=headers
        )

    plain: Any = GZipMiddleware(WSGIMiddleware(cast(Any, server), workers=THREADS), compresslevel=6)
    return Starlette(
        routes=[
            Route("/wall/feed", edition),
            Route("/wall/stream", stream),
            Mount("/", plain),
        ],
        lifespan=lifespan,
    )


def _channel(request: Request) -> Channel | None:
    channel = Channel(
        request.query_params.get("scene", OVERVIEW), request.query_params.get("theme", "night")
    )
    return channel if channel.scene in SCENES and channel.theme in THEMES else None


def _unknown_channel() -> Response:
    sentence = f"scene is one of {', '.join(SCENES)}; theme is one of {', '.join(THEMES)}"
    return JSONResponse({"error": sentence}, 404, NO_STORE)
