"""Where one report lies: a small drawing of the city with its cell marked."""

from __future__ import annotations

from base64 import b64encode
from math import cos, radians
from typing import TYPE_CHECKING

from dash import html

from layouts.palette import DAY

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from data_access.boundaries import Boundaries
    from layouts.palette import Theme

WIDTH = 320


def small_map(
    theme: Theme, boundaries: Boundaries, latitude: float, longitude: float, label: str
) -> list[Component]:
    """The city as an image, and one by day for paper; nothing where no boundaries are known."""
    if not boundaries.cells:
        return []
    uses = [(theme, "")] if theme is DAY else [(theme, "screen-only"), (DAY, "print-only")]
    return [
        html.Img(
            src=_address(draw(each, boundaries, latitude, longitude)),
            alt=label,
            className=f"small-map {use}".strip(),
        )
        for each, use in uses
    ]


def _address(drawing: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawing.encode()).decode()}"


def draw(theme: Theme, boundaries: Boundaries, latitude: float, longitude: float) -> str:
    """SVG of the land and one cell."""
    west, south, east, north = boundaries.outline.bounds
    shrink = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * shrink)
    height = (north - south) * scale

    def at(x: float, y: float) -> tuple[float, float]:
        return round((x - west) * shrink * scale, 1), round((north - y) * scale, 1)

    land = "".join(
        f'<path d="M{"L".join("{},{}".format(*at(x, y)) for x, y in ring[:-1])}Z"/>'
        for cell in boundaries.cells
        for ring in cell.rings()
    )
    x, y = at(longitude, latitude)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}">'
        f'<g fill="{theme.land}" stroke="{theme.border}">{land}</g>'
        f'<circle cx="{x}" cy="{y}" r="14" fill="none" stroke="{theme.text}" stroke-width="1.5"/>'
        f'<circle cx="{x}" cy="{y}" r="5" fill="{theme.text}"/></svg>'
    )
