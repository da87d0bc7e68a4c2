"""What panels are drawn with: the canvas, the template of figures, and small components."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
from dash import html
from plotly.utils import PlotlyJSONEncoder

from layouts import formats, ids

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from data_access.snapshot import Answer, Snapshot
    from layouts.palette import Theme

Drawing = dict[str, dict[str, Any]]
"""Props by component id, as the feed carries them."""


@dataclass(frozen=True)
class Canvas:
    """What a panel is drawn for.

    ``text_px`` is the smallest text on a canvas 1,080 pixels high; the page scales the whole.
    """

    theme: Theme
    text_px: float
    detail: bool = False


@cache
def template(theme: Theme, text_px: float) -> go.layout.Template:
    """The one template that owns fonts, margins and colours of figures."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
        "tickfont": {"size": text_px, "color": theme.muted},
        "gridcolor": theme.rule,
    }
    return go.layout.Template(
        layout={
            "font": {"family": "Inter, sans-serif", "size": text_px, "color": theme.muted},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            "showlegend": False,
            "hovermode": False,
            "dragmode": False,
            "bargap": 0.35,
            "xaxis": axis,
            "yaxis": axis,
            "separators": ",.",
        }
    )


def figure_json(figure: go.Figure) -> dict[str, Any]:
    """A figure as plain JSON values."""
    plain: dict[str, Any] = json.loads(json.dumps(figure, cls=PlotlyJSONEncoder))
    return plain


def component_json(component: Any) -> Any:
    """Components as plain JSON values."""
    return json.loads(json.dumps(component, cls=PlotlyJSONEncoder))


def props(component_id: str, **values: Any) -> Drawing:
    """What one component is given; figures and components become JSON."""
    return {
        component_id: {
            name: figure_json(value) if isinstance(value, go.Figure) else component_json(value)
            for name, value in values.items()
        }
    }


def span(text: str, tone: str = "", key: str | None = None) -> Component:
    """A run of text in a tone: act, warn, muted, strong, received, finished."""
    return html.Span(text, **({"className": tone} if tone else {}), **({"key": key} if key else {}))


def number(text: str, tone: str = "") -> Component:
    """A figure that is marked for a moment when it changes."""
    return html.Span(text, className=f"figure {tone}".strip())


def cells(key: str, parts: list[Any], tone: str = "") -> Component:
    """One row of a panel; the columns belong to the panel's CSS."""
    shown = [span(part) if isinstance(part, str) else part for part in parts]
    return html.Div(shown, key=key, className=f"row {tone}".strip())


def heading(
    panel: str, title: list[Any], answer: Answer[Any], now: Snapshot, note: Any = ""
) -> Drawing:
    """A panel's sentence and small line; where the answer is late, the line says since when."""
    if answer.late:
        note = span(_late_words(answer, now), "warn")
    return props(ids.title(panel), children=title) | props(ids.note(panel), children=note)


def _late_words(answer: Answer[Any], now: Snapshot) -> str:
    if answer.as_of is None:
        return "belum dapat dibaca"
    return f"terlambat: keadaan {formats.when(answer.as_of, now.as_of)} WIB"


def unknown(panel: str, answer: Answer[Any], now: Snapshot, title: str) -> Drawing:
    """A panel that was never answered: a dash, never a zero."""
    return heading(panel, [f"{title}: ", number(formats.NOTHING)], answer, now)
