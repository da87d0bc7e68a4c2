"""Small drawings of HTML alone: an interval against the city, and a report's way through hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from data_access.review_records import Standing
    from layouts.review.desk import Desk


def interval_strip(desk: Desk, standing: Standing) -> Component | str:
    """From 0 to 100 %: the interval as a line, the share as a dot, the city as a stroke."""
    value, city = desk.part(standing.share), desk.part(standing.expected)
    if value is None:
        return ""
    low, high = desk.bounds(standing.interval, standing.share) or (value, value)
    tone = {"far_below": "act", "below": "warn"}.get(standing.position.value, "finished")
    parts = [
        html.Span(className="range", style={"left": _part(low), "width": _part(high - low)}),
        html.Span(className=f"point {tone}", style={"left": _part(value)}),
    ]
    if city is not None:
        parts.insert(0, html.Span(className="city", style={"left": _part(city)}))
    return html.Span(parts, className="strip-line", **{"aria-hidden": "true"})  # type: ignore[arg-type]


def _part(value: float) -> str:
    return f"{max(0.0, min(value, 1.0)) * 100:.1f}%"
