"""What panels are drawn with: the canvas, the template of figures, and small components."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson
from dash import html

from layouts import formats, ids

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from data_access.snapshot import Answer, Snapshot
    from layouts.palette import Theme

Drawing = dict[str, dict[str, Any]]
"""Props by component id, as the feed carries them."""


SMALLEST_PX = 20.5
"""What the page's type scale begins with where the seats are near."""


@dataclass(frozen=True)
class Canvas:
    """What a panel is drawn for.

    ``text_px`` is the smallest text on a canvas 1,080 pixels high; the page scales the whole.
    """

    theme: Theme
    text_px: float
    detail: bool = False

    def fitting(self, rows: int) -> int:
        """Rows that fit, where so many do in the smallest text that a wall ever has."""
        return max(1, int(rows / self.scale))

    @property
    def scale(self) -> float:
        """How much larger the text is than the smallest that a wall ever has."""
        return max(1.0, self.text_px / SMALLEST_PX)


class Picture:
    """A figure in the making: traces and layout as Plotly's JSON has them.

    ``go.Figure`` checks every word of every figure, which takes ten times as long as all the rest
    of a drawing. Here a test does that, once, for the figures of every scene.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._traces: list[dict[str, Any]] = []
        self._layout: dict[str, Any] = {"template": template(canvas.theme, canvas.text_px)}

    def add_bar(self, **trace: Any) -> None:
        """Bars, as ``go.Bar`` takes them."""
        self._traces.append({**trace, "type": "bar"})

    def add_scatter(self, **trace: Any) -> None:
        """Marks, lines or words, as ``go.Scatter`` takes them."""
        self._traces.append({**trace, "type": "scatter"})

    def update_layout(self, **parts: Any) -> Picture:
        """Put parts of the layout in place of what was there."""
        self._layout |= parts
        return self

    def to_plotly_json(self) -> dict[str, Any]:
        """What Dash and Plotly take for a figure."""
        return {"data": self._traces, "layout": self._layout}


@cache
def template(theme: Theme, text_px: float) -> dict[str, Any]:
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
    return {
        "layout": {
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
    }


def plain_json(value: Any) -> Any:
    """Figures and components as plain JSON values."""
    return orjson.loads(orjson.dumps(value, default=lambda part: part.to_plotly_json()))


def props(component_id: str, **values: Any) -> Drawing:
    """What one component is given; figures and components become JSON."""
    return {component_id: {name: plain_json(value) for name, value in values.items()}}


def span(text: str, tone: str = "", key: str | None = None) -> Component:
    """A run of text in a tone: act, warn, muted, strong, received, finished."""
    given: dict[str, Any] = {"className": tone, "key": key}
    return html.Span(text, **{name: value for name, value in given.items() if value})


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
