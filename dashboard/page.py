"""Dash with an index of this project's own: loads side by side, names no version, asks nobody else.

Scripts are deferred, so that they load at once; the renderer starts when all are there. Plotly's
basic bundle comes first, and dash then takes it instead of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING, Any

from dash import Dash

from dashboard import vendor

if TYPE_CHECKING:
    from flask import Flask

ASSETS = vendor.ROOT / "assets"

PAGE = """<!DOCTYPE html>
<html {root}>
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
<div id="react-entry-point"></div>
<footer>{config}{scripts}{renderer}</footer>
</body>
</html>"""

PRELOAD = '<link rel="preload" href="{}" as="font" type="font/woff2" crossorigin>'
RENDERER = "addEventListener('DOMContentLoaded', () => new DashRenderer())"


class PageApp(Dash):
    """A Dash app whose index has attributes of its root element and styles of its own."""

    root: Callable[[], str]
    styles: str

    def interpolate_index(self, **parts: Any) -> str:  # type: ignore[override]
        """The page: font, colours and the lighter Plotly before Dash's own scripts."""
        plotly, font = vendor.address("plotly-basic.js"), vendor.address("inter.woff2")
        first = f'<script src="{escape(plotly)}"></script>' if plotly else ""
        return PAGE.format(
            root=self.root(),
            title=self.title,
            preloads=PRELOAD.format(escape(font)) if font else "",
            styles=self.styles,
            css=parts["css"],
            config=parts["config"],
            scripts=(first + parts["scripts"]).replace("<script src=", "<script defer src="),
            renderer=parts["renderer"],
        )


def create_page_app(
    server: Flask, path: str, assets: str, title: str, root: Callable[[], str], styles: str
) -> PageApp:
    """An app on a Flask server at a path, with a folder of the assets of its own."""
    app = PageApp(
        __name__,
        server=server,  # type: ignore[arg-type]  # dash names only its factory
        url_base_pathname=path,
        assets_folder=str(ASSETS / assets),
        assets_url_path=f"{assets}-assets",
        suppress_callback_exceptions=True,
        include_pages_meta=False,
        enable_mcp=False,
        title=title,
        update_title="",
        serve_locally=True,
    )
    app.renderer = RENDERER
    app.root, app.styles = root, styles
    return app


def font_face(display: str) -> str:
    """Inter, as CSS; ``display`` says what is shown until it is there. Empty if not installed."""
    font = vendor.address("inter.woff2")
    if font is None:
        return ""
    return (
        f"@font-face{{font-family:Inter;font-weight:100 900;font-display:{display};"
        f"src:url({font}) format('woff2')}}"
    )
