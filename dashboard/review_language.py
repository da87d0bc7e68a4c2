"""The desk's language: Indonesian, or what the switch has set."""

from __future__ import annotations

from flask import request

from dashboard.words import LANGUAGE_COOKIE
from layouts.review.desk import LOCALES


def desk_language() -> str:
    """By the cookie; the browser's own changes nothing, so that all see the same page."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return chosen if chosen in LOCALES else "id"
