"""The wall's scenes: which panels stand on a canvas, and how all of them are drawn.

A scene is a layout of empty panels; the feed fills them. ``draw_scene`` gives the props that the
feed carries, ``outputs`` names the places that they go to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dash import dcc, html

from layouts import ids
from layouts.drawing import Canvas, Drawing, plain_json
from layouts.panels import announcements, answers, backlog, city_map, key_figures, queue, reporters
from layouts.panels import volume as volume_panel

if TYPE_CHECKING:
    from collections.abc import Callable

    from dash.development.base_component import Component

    from data_access.boundaries import Boundaries
    from data_access.snapshot import Snapshot

OVERVIEW = "overview"
WIDE = "wide"
"""The overview on a joined canvas, 32:9: the same panels with a second column of detail."""
GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "staticPlot": True,
    "showSendToCloud": False,
    "responsive": True,
}

NO_PICTURE = {
    "data": [],
    "layout": {
        "xaxis": {"visible": False},
        "yaxis": {"visible": False},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    },
}
"""What Plotly draws of itself has axes with numbers, on a wall that knows none yet."""


@dataclass(frozen=True)
class Part:
    """A panel of a scene: its name, and whether it has a picture, rows, or both."""

    name: str
    label: str
    figure: bool = False
    body: bool = False


OVERVIEW_PARTS = (
    Part(city_map.PANEL, "Peta", figure=True),
    Part(queue.PANEL, "Antrean eskalasi", body=True),
    Part(backlog.PANEL, "Tunggakan per SKPD", figure=True),
    Part(volume_panel.PANEL, "Laporan per bulan", figure=True),
    Part(reporters.PANEL, "Pelapor teraktif", body=True),
    Part(answers.YEARS, "Tindak lanjut per tahun", body=True),
    Part(answers.FEEDBACK, "Umpan balik", body=True),
)

SCENES: dict[str, tuple[Part, ...]] = {
    OVERVIEW: OVERVIEW_PARTS,
    WIDE: (
        Part(city_map.PANEL, "Peta", figure=True, body=True),
        Part(queue.PANEL, "Antrean eskalasi", body=True),
        Part(backlog.PANEL, "Tunggakan per SKPD", figure=True),
        Part(volume_panel.PANEL, "Laporan per bulan", figure=True),
        Part(reporters.PANEL, "Pelapor teraktif", body=True),
        Part(reporters.PARTICIPATION, "Partisipasi", body=True),
        Part(answers.YEARS, "Tindak lanjut per tahun", body=True),
        Part(answers.FEEDBACK, "Umpan balik", body=True),
    ),
    "volume": (Part(volume_panel.PANEL, "Laporan per bulan", figure=True, body=True),),
    "backlog": (Part(backlog.PANEL, "Tunggakan per SKPD", figure=True),),
    "reporters": (
        Part(reporters.PANEL, "Pelapor teraktif", body=True),
        Part(reporters.PARTICIPATION, "Partisipasi", body=True),
    ),
    "map": (Part(city_map.PANEL, "Peta", figure=True, body=True),),
    "queue": (Part(queue.PANEL, "Antrean eskalasi", body=True),),
}


def outputs() -> list[tuple[str, str]]:
    """Every (component id, prop) that a feed may fill, in any scene."""
    found = {
        output: None
        for parts in SCENES.values()
        for part in parts
        for output in _part_outputs(part)
    }
    found[ids.body(key_figures.PANEL), "children"] = None
    found[ids.note(key_figures.PANEL), "children"] = None
    found[ids.body(announcements.PANEL), "children"] = None
    return list(found)


def _part_outputs(part: Part) -> list[tuple[str, str]]:
    found = [(ids.title(part.name), "children"), (ids.note(part.name), "children")]
    if part.figure:
        found.append((ids.figure(part.name), "figure"))
    if part.body:
        found.append((ids.body(part.name), "children"))
    return found


def draw_scene(scene: str, snapshot: Snapshot, canvas: Canvas, boundaries: Boundaries) -> Drawing:
    """Props of every component of a scene."""
    drawers: dict[str, Callable[[], Drawing]] = {
        city_map.PANEL: lambda: city_map.draw(snapshot, canvas, boundaries),
        queue.PANEL: lambda: queue.draw(snapshot, canvas),
        backlog.PANEL: lambda: backlog.draw(snapshot, canvas),
        volume_panel.PANEL: lambda: volume_panel.draw(snapshot, canvas),
        reporters.PANEL: lambda: reporters.draw(snapshot, canvas),
        reporters.PARTICIPATION: lambda: reporters.draw_participation(snapshot, canvas),
        answers.YEARS: lambda: answers.draw_years(snapshot, canvas),
        answers.FEEDBACK: lambda: answers.draw_feedback(snapshot, canvas),
    }
    drawing: Drawing = {}
    for part in SCENES[scene]:
        drawing |= drawers[part.name]()
    if scene in (OVERVIEW, WIDE):
        drawing |= key_figures.draw(snapshot, canvas)
    return drawing | announcements.draw(snapshot, canvas)


def build_page() -> Component:
    """The page of every scene: header, notice, canvas, running text, and the feed's store."""
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh=False),
            dcc.Store(id=ids.FEED),
            dcc.Store(id=ids.SCENES, data={name: plain_json(build_scene(name)) for name in SCENES}),
            _header(),
            html.Div(id=ids.NOTICE, className="notice", role="status"),
            html.Main(id=ids.CANVAS, className="canvas"),
            _ticker(),
        ],
        className="wall",
    )


def build_scene(scene: str) -> Component:
    """The empty panels of a scene, placed by CSS."""
    panels = [_panel(part) for part in SCENES[scene]]
    if scene in (OVERVIEW, WIDE):
        panels.insert(0, _key_figures())
    return html.Div(panels, className=f"scene {scene}")


def _header() -> Component:
    return html.Header(
        [
            html.Div(
                [
                    html.H1("Binjai Command Center", className="name"),
                    html.Span("e-Masyarakat", className="system"),
                ],
                className="brand",
            ),
            html.Div(
                [
                    html.Span(id=ids.DATE, className="date"),
                    html.Span(id=ids.CLOCK, className="clock"),
                ],
                className="time",
            ),
            html.Div(id=ids.AGE, className="age", role="status"),
        ],
        className="header",
    )


def _key_figures() -> Component:
    return html.Section(
        [
            html.Div(id=ids.body(key_figures.PANEL), className="figures"),
            html.P(id=ids.note(key_figures.PANEL), className="note"),
            html.H2(id=ids.title(key_figures.PANEL), hidden=True),
        ],
        className="panel key-figures",
        **_named("Angka utama"),
    )


def _named(label: str) -> dict[str, Any]:
    return {"aria-label": label}


def _panel(part: Part) -> Component:
    children: list[Component] = [
        html.Div(
            [
                html.H2(id=ids.title(part.name), className="title"),
                html.P(id=ids.note(part.name), className="note"),
            ],
            className="heading",
        )
    ]
    if part.figure:
        graph = dcc.Graph(
            id=ids.figure(part.name),
            figure=NO_PICTURE,
            config=GRAPH_CONFIG,
            className="graph",
            responsive=True,
        )
        children.append(html.Div(html.Div(graph, className="scaled"), className="picture"))
    if part.body:
        children.append(html.Div(id=ids.body(part.name), className="body"))
    return html.Section(children, className=f"panel {part.name}", **_named(part.label))


def _ticker() -> Component:
    return html.Footer(
        [
            html.Span("Informasi", className="label"),
            html.Div(
                html.Div(id=ids.body(announcements.PANEL), className="run"), className="window"
            ),
        ],
        className="ticker",
    )
