"""The desk's Dash app: review pages with ordinary callbacks, their state in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request
from flask_babel import Babel
from flask_caching import Cache

from callbacks import review as review_callbacks
from dashboard import vendor
from dashboard.page import PageApp, create_page_app, font_face
from dashboard.review_answers import DeskAnswers, Parts
from dashboard.review_exports import export_blueprint
from dashboard.words import kept_language
from data_access.review import Review
from layouts.palette import DAY, NIGHT
from layouts.review.address import ROOT
from layouts.review.shell import build_shell

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from dashboard.feed import Feed
    from dashboard.privacy import Reveal
    from data_access.boundaries import Boundaries
    from data_access.reports import Reports

TITLE = "Tinjauan · Binjai Command Center"
KEPT_S = 600
THEME_COOKIE = "tema"


def create_review_app(
    server: Flask,
    reports: Reports,
    feed: Feed,
    reveal: Reveal,
    boundaries: Callable[[], Boundaries],
) -> PageApp:
    """The desk on a Flask server, at ``/tinjau/``."""
    Babel(
        server,
        default_locale="id",
        default_translation_directories=str(vendor.ROOT / "translations"),
        locale_selector=kept_language,
    )
    cache = Cache(server, config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": KEPT_S})
    answers = DeskAnswers(Parts(Review(reports), reports, feed, cache, boundaries, reveal))
    server.register_blueprint(_data_routes(feed))
    server.register_blueprint(export_blueprint(answers))
    app = create_page_app(server, ROOT, "review", TITLE, _root, page_styles())
    app.layout = build_shell()
    review_callbacks.register(app, answers)
    return app


def _root() -> str:
    chosen = request.cookies.get(THEME_COOKIE)
    theme = f' data-theme="{chosen}"' if chosen in {"day", "night"} else ""
    return f'lang="{kept_language()}"{theme}'


def _data_routes(feed: Feed) -> Blueprint:
    blueprint = Blueprint("desk", __name__)

    @blueprint.get(f"{ROOT}versi")
    def version() -> Response:
        """Number of the newest data, so that a page can say that there is something newer."""
        return jsonify({"version": feed.version})

    return blueprint


def page_styles() -> str:
    """Colours by role: by the cookie's theme, else by what the system prefers; paper is by day."""
    return (
        f"{font_face('swap')}:root{{{DAY.css()}color-scheme:light}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=day])"
        f"{{{NIGHT.css()}color-scheme:dark}}}}"
        f":root[data-theme=night]{{{NIGHT.css()}color-scheme:dark}}"
        f"@media print{{:root:root:root{{{DAY.css()}color-scheme:light;--ground:#fff}}}}"
    )
