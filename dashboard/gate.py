"""The guard of the Flask server, asked for the routes that never reach it."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Any, cast

from a2wsgi.wsgi import build_environ
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from flask import Flask
    from starlette.types import Scope

    from dashboard.identity import Identity

RECHECK_S = 10.0
"""How long an open stream outlives its token or login."""


class Gate:
    """One guard, whoever serves the route."""

    def __init__(self, server: Flask, identity: Identity) -> None:
        self._server = server
        self._guard = identity.guard
        self.lasting = identity.settings.open_wall
        """Whether who was let in once may stay."""

    async def refusal(self, scope: Scope) -> Response | None:
        """What the guard says to the request; ``None`` where it may go on."""
        return await asyncio.to_thread(self._ask, scope)

    async def still_open(self, scope: Scope) -> bool:
        """Whether one who listens may go on; yes while nobody can say: no figure is personal."""
        refused = await self.refusal(scope)
        return refused is None or refused.status_code == 503

    def _ask(self, scope: Scope) -> Response | None:
        try:
            environ: Any = build_environ(cast("Any", scope), cast("Any", io.BytesIO()))
        except UnicodeDecodeError:
            return JSONResponse({"error": "not an address"}, 400, {"Cache-Control": "no-store"})
        with self._server.request_context(environ):
            refused = self._guard.check(scope["path"])
        if refused is None:
            return None
        return Response(refused.get_data(), refused.status_code, dict(refused.headers))
