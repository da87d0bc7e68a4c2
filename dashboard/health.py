"""Is the process alive, and can it read the database?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify

from data_access.errors import DataUnavailable

if TYPE_CHECKING:
    from dashboard.feed import Feed
    from data_access.reports import Reports


def health_blueprint(reports: Reports, feed: Feed) -> Blueprint:
    """``/healthz`` and ``/readyz``."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        return jsonify(status="alive")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        now = datetime.now(UTC)
        age = (now - feed.checked_at).total_seconds() if feed.checked_at else None
        try:
            reports.last_report_at(now)
        except DataUnavailable:
            return jsonify(status="unavailable", database="unreadable", data_age_s=age), 503
        return jsonify(status="ready", database="readable", data_age_s=age), 200

    return blueprint
