"""The wall's Dash app: one page for all scenes, no server callbacks."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from dash import Dash

from callbacks import wall as wall_callbacks
from dashboard import vendor
from layouts.palette import THEMES
from layouts.wall import build_page

if TYPE_CHECKING:
    from flask import Flask

    from dashboard.settings import Settings

ASSETS = vendor.ROOT / "assets"

PAGE = """<!DOCTYPE html>
<html lang="id" data-theme="night" data-size="{size}">
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

RENDERER = "addEventListener('DOMContentLoaded', () => new DashRenderer())"
"""Scripts are deferred, so that they load side by side; the renderer starts when all are there."""


class WallApp(Dash):
    """Dash with an index that loads everything at once and names no version."""

    styles = ""
    size = "usual"

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """The page: fonts, tokens and the lighter Plotly before Dash's own scripts."""
        plotly, font = vendor.address("plotly-basic.js"), vendor.address("inter.woff2")
        first = f'<script src="{escape(plotly)}"></script>' if plotly else ""
        preloads = (
            f'<link rel="preload" href="{escape(font)}" as="font" type="font/woff2" crossorigin>'
            if font
            else ""
        )
        return PAGE.format(
            title="BCC · e-Masyarakat",
            preloads=preloads,
            styles=self.styles,
            size=self.size,
            css=parts["css"],
            app_entry='<div id="react-entry-point"></div>',
            config=parts["config"],
            scripts=(first + parts["scripts"]).replace("<script src=", "<script defer src="),
            renderer=parts["renderer"],
        )


def create_wall_app(server: Flask, settings: Settings) -> WallApp:
    """The wall on a Flask server, at ``/wall/``."""
    app = WallApp(
        __name__,
        server=server,  # type: ignore[arg-type]  # dash names only its factory
        url_base_pathname="/wall/",
        assets_folder=str(ASSETS / "wall"),
        assets_url_path="wall-assets",
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        enable_mcp=False,
        title="BCC · e-Masyarakat",
        update_title="",
        serve_locally=True,
    )
    app.renderer = RENDERER
    app.styles = page_styles(settings)
    app.size = "usual" if text_px(settings) <= USUAL_TEXT_PX else "large"
    app.layout = build_page()
    wall_callbacks.register(app)
    return app


def page_styles(settings: Settings) -> str:
    """Colours of both themes, the font, and the smallest text that the farthest seat can read."""
    font = vendor.address("inter.woff2")
    face = (
        "@font-face{font-family:Inter;font-weight:100 900;font-display:block;"
        f"src:url({font}) format('woff2')}}"
        if font
        else ""
    )
    themes = "".join(f"[data-theme={theme.name}]{{{theme.css()}}}" for theme in THEMES.values())
    return f"{face}{themes}:root{{--text-floor:{text_px(settings) / 10:.3f}rem}}"


ARC_16_MINUTES_MM = 4.7
"""Letter height for each metre of distance, at least (NUREG-0700, ISO 9241)."""

CAPITAL_SHARE = 0.727
"""Height of Inter's capitals, of the font's size."""

USUAL_TEXT_PX = 24.0
"""With larger text the overview leaves out what its whole canvases show."""

DRAWN_HEIGHT = 1080
"""Pixels of the canvas that everything is drawn on, before it is scaled to the screen."""


def text_px(settings: Settings) -> float:
    """Smallest font size on a canvas 1,080 pixels high, in pixels."""
    letter_mm = ARC_16_MINUTES_MM * settings.farthest_seat_m
    return letter_mm / CAPITAL_SHARE / settings.screen_height_mm * DRAWN_HEIGHT
