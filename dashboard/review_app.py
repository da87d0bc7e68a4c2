"""The desk's Dash app: review pages with ordinary callbacks, their state in the address."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from dash import Dash
from flask import Blueprint, Response, jsonify, request
from flask_babel import Babel
from flask_caching import Cache

from callbacks import review as review_callbacks
from dashboard import vendor
from dashboard.review_answers import DeskAnswers, Parts
from dashboard.review_exports import export_blueprint
from dashboard.review_language import desk_language
from dashboard.wall_app import ASSETS, RENDERER
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

PAGE = """<!DOCTYPE html>
<html lang="{language}"{theme}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
{preloads}
<style>{styles}</style>
{css}
</head>
<body>
{app_entry}
<footer>{config}{scripts}{renderer}</footer>
</body>
</html>"""


PRELOAD = '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>'


class ReviewApp(Dash):
    """Dash with an index that knows language and theme, and names no version."""

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """The page: fonts, colours and the lighter Plotly before Dash's own scripts."""
        plotly, font = vendor.address("plotly-basic.js"), vendor.address("inter.woff2")
        first = f'<script src="{escape(plotly)}"></script>' if plotly else ""
        chosen = request.cookies.get(THEME_COOKIE)
        return PAGE.format(
            language=desk_language(),
            theme=f' data-theme="{chosen}"' if chosen in {"day", "night"} else "",
            title=TITLE,
            preloads=PRELOAD.format(escape(font)) if font else "",
            styles=page_styles(),
            css=parts["css"],
            app_entry='<div id="react-entry-point"></div>',
            config=parts["config"],
            scripts=(first + parts["scripts"]).replace("<script src=", "<script defer src="),
            renderer=parts["renderer"],
        )


def create_review_app(
    server: Flask,
    reports: Reports,
    feed: Feed,
    reveal: Reveal,
    boundaries: Callable[[], Boundaries],
) -> ReviewApp:
    """The desk on a Flask server, at ``/tinjau/``."""
    Babel(
        server,
        default_locale="id",
        default_translation_directories=str(vendor.ROOT / "translations"),
        locale_selector=desk_language,
    )
    cache = Cache(server, config={"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": KEPT_S})
    answers = DeskAnswers(Parts(Review(reports), reports, feed, cache, boundaries, reveal))
    server.register_blueprint(_data_routes(feed))
    server.register_blueprint(export_blueprint(answers))
    app = ReviewApp(
        __name__,
        server=server,  # type: ignore[arg-type]  # dash names only its factory
        url_base_pathname=ROOT,
        assets_folder=str(ASSETS / "review"),
        assets_url_path="review-assets",
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        enable_mcp=False,
        title=TITLE,
        update_title="",
        serve_locally=True,
    )
    app.renderer = RENDERER
    app.layout = build_shell()
    review_callbacks.register(app, answers)
    return app


def _data_routes(feed: Feed) -> Blueprint:
    blueprint = Blueprint("desk", __name__)

    @blueprint.get(f"{ROOT}versi")
    def version() -> Response:
        """Number of the newest data, so that a page can say that there is something newer."""
        return jsonify({"version": feed.version})

    return blueprint


def page_styles() -> str:
    """Colours by role: by the cookie's theme, else by what the system prefers; paper is by day."""
    font = vendor.address("inter.woff2")
    face = (
        "@font-face{font-family:Inter;font-weight:100 900;font-display:swap;"
        f"src:url({font}) format('woff2')}}"
        if font
        else ""
    )
    return (
        f"{face}:root{{{DAY.css()}color-scheme:light}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=day])"
        f"{{{NIGHT.css()}color-scheme:dark}}}}"
        f":root[data-theme=night]{{{NIGHT.css()}color-scheme:dark}}"
        f"@media print{{:root:root:root{{{DAY.css()}color-scheme:light;--ground:#fff}}}}"
    )
