"""Headers that every answer carries, limits of what a request may send, and what errors say."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from dash.exceptions import DependencyException, InvalidResourceError
from flask import Response, request
from werkzeug.exceptions import HTTPException

from data_access.errors import DataUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Flask

log = logging.getLogger(__name__)

LARGEST_BODY = 1_000_000
"""Bytes; more is refused with 413."""


def protect(server: Flask, script_hashes: Sequence[str]) -> None:
    """Set limits and headers on a Flask server."""
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    server.debug = False
    server.register_error_handler(HTTPException, _answer)
    server.register_error_handler(InvalidResourceError, _no_such_resource)
    server.register_error_handler(DependencyException, _no_such_resource)
    server.register_error_handler(DataUnavailable, _unavailable)
    server.register_error_handler(Exception, _mistake)
    policy = content_policy(script_hashes)

    @server.after_request
    def _headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        return response


def content_policy(script_hashes: Sequence[str]) -> str:
    """Scripts of our own alone; nothing from anywhere else."""
    scripts = " ".join(["'self'", *script_hashes])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "connect-src 'self'",
            "font-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "object-src 'none'",
        ]
    )


# -- errors: one sentence, and nothing of what was sent or of how the server is made ------------


def _sentence(status: int, sentence: str) -> Response:
    content = json.dumps({"error": sentence}, ensure_ascii=False)
    return Response(content, status, {"Cache-Control": "no-store"}, content_type="application/json")


def _answer(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 and isinstance(error.get_response(), Response):
        return error.get_response()  # type: ignore[return-value]
    answer = _sentence(status, error.name)
    for name in ("Allow", "Retry-After"):
        if value := dict(error.get_headers()).get(name):
            answer.headers[name] = value
    return answer


def _no_such_resource(_error: Exception) -> Response:
    return _sentence(404, "Not Found")


def _unavailable(error: DataUnavailable) -> Response:
    answer = _sentence(503, f"the database can't be read now: {error.reason}")
    answer.headers["Retry-After"] = "5"
    return answer


def _mistake(error: Exception) -> Response:
    """A mistake of ours: the log has it whole, with the address on one line."""
    log.error("%s %r failed", request.method, request.path, exc_info=error)
    return _sentence(500, "this did not work; the operator's log says why")
