"""The wall's Dash app: one page for all scenes, no server callbacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from callbacks import wall as wall_callbacks
from dashboard.page import PageApp, create_page_app, font_face
from layouts.palette import THEMES
from layouts.wall import build_page

if TYPE_CHECKING:
    from flask import Flask

    from dashboard.settings import Settings

ARC_16_MINUTES_MM = 4.7
"""Letter height for each metre of distance, at least (NUREG-0700, ISO 9241)."""

CAPITAL_SHARE = 0.727
"""Height of Inter's capitals, of the font's size."""

USUAL_TEXT_PX = 24.0
"""With larger text the overview leaves out what its whole canvases show."""

DRAWN_HEIGHT = 1080
"""Pixels of the canvas that everything is drawn on, before it is scaled to the screen."""


def create_wall_app(server: Flask, settings: Settings) -> PageApp:
    """The wall on a Flask server, at ``/wall/``."""
    size = "usual" if text_px(settings) <= USUAL_TEXT_PX else "large"
    root = f'lang="id" data-theme="night" data-size="{size}"'
    app = create_page_app(
        server, "/wall/", "wall", "BCC · e-Masyarakat", lambda: root, page_styles(settings)
    )
    app.layout = build_page()
    wall_callbacks.register(app)
    return app


def page_styles(settings: Settings) -> str:
    """Colours of both themes, the font, and the smallest text that the farthest seat can read."""
    themes = "".join(f"[data-theme={theme.name}]{{{theme.css()}}}" for theme in THEMES.values())
    floor = f":root{{--text-floor:{text_px(settings) / 10:.3f}rem}}"
    return font_face("block") + themes + floor


def text_px(settings: Settings) -> float:
    """Smallest font size on a canvas 1,080 pixels high, in pixels."""
    letter_mm = ARC_16_MINUTES_MM * settings.farthest_seat_m
    return letter_mm / CAPITAL_SHARE / settings.screen_height_mm * DRAWN_HEIGHT
