"""The desk's building blocks: cards, tiles, tables, doors, and the states of a page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from dash import dcc, html

from layouts import ids
from layouts.review.address import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component

    from layouts.drawing import Picture
    from layouts.review.desk import Desk

GRAPH_CONFIG: Any = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
}


def link(text: Any, href: str, tone: str = "", **given: Any) -> Component:
    """A door that reads as text; only the text where there is no door."""
    if not href:
        return span(text, tone)
    return html.A(text, href=href, className=f"door {tone}".strip(), **given)


def span(text: Any, tone: str = "") -> Component:
    """A run of text in a tone."""
    return html.Span(text, className=tone or None)


# -- cards ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Card:
    """A card's head: its name in ids and exports, sentence, definition, and what can be taken."""

    name: str
    title: Any
    definition: str = ""
    note: Any = ""
    width: int = 6
    export: str = ""
    """Name of the table behind it, or empty where there is none."""
    picture: bool = False
    door: Mapping[str, object] = field(default_factory=dict)
    """Filters that the table has beside the page's."""


def card(desk: Desk, head: Card, *body: Any) -> Component:
    """A section with its sentence, its definition, its downloads and its body."""
    heading_id = f"review-{head.name}-heading"
    tools = [*_definition(desk, head), *_downloads(desk, head)]
    children = [
        html.Div(
            [
                html.H2(head.title, id=heading_id),
                html.Div(tools, className="tools") if tools else None,
            ],
            className="card-head",
        ),
        html.Div(head.note, className="note") if head.note else None,
        *body,
    ]
    return html.Section(
        [child for child in children if child is not None],
        className=f"card span-{head.width}",
        id=f"review-{head.name}-card",
        **{"aria-labelledby": heading_id},  # type: ignore[arg-type]
    )


def _definition(desk: Desk, head: Card) -> list[Component]:
    return [definition(desk, desk.t("Definisi"), head.definition)] if head.definition else []


def definition(desk: Desk, name: str, text: str) -> Component:
    """What a figure means, behind a question mark."""
    summary = html.Summary("?", title=name, **_named(name))  # type: ignore[arg-type]
    shown = html.Div(html.P(desk.t(text)), className="pop")
    return html.Details([summary, shown], className="help menu")


def explained(desk: Desk, label: str, text: str) -> list[Any]:
    """A tile's label with its definition."""
    return [span(label), definition(desk, desk.t("Definisi: {figure}", figure=label), text)]


def _downloads(desk: Desk, head: Card) -> list[Component]:
    items: list[Component] = []
    if head.export:
        items += [
            html.A(
                kind.upper(),
                href=export_address(desk, head, kind),
                className="plain",
                **{"data-plain": "1"},  # type: ignore[arg-type]
            )
            for kind in ("xlsx", "csv")
        ]
    if not items and not head.picture:
        return []
    items.append(html.Button("PNG", type="button", **{"data-png": head.name}))  # type: ignore[arg-type]
    summary = html.Summary(desk.t("Unduh"))
    return [html.Details([summary, html.Div(items, className="pop")], className="take menu")]


def export_address(desk: Desk, head: Card, kind: str) -> str:
    """Where a card's table is downloaded, with the page's filters and its subject."""
    query = list(desk.address.given(**head.door).query)
    if desk.address.subject:
        query += [("page", desk.address.page), ("subject", desk.address.subject)]
    return f"{ROOT}unduh/{head.export}.{kind}" + (f"?{urlencode(query)}" if query else "")


def _named(label: str) -> dict[str, str]:
    return {"aria-label": label}


def figure(name: str, drawing: Picture, label: str, height: int) -> Component:
    """A picture whose marks are doors; the same doors stand in the table under it."""
    graph = dcc.Graph(
        id=ids.review_figure(name),
        figure=drawing.to_plotly_json(),
        config=GRAPH_CONFIG,
        responsive=True,
        style={"height": f"{height}px"},
    )
    return html.Div(
        graph,
        className="picture",
        role="img",
        **{"aria-label": label, "data-figure": name},  # type: ignore[arg-type]
    )


def as_table(desk: Desk, *body: Any) -> Component:
    """The numbers behind a picture, for keyboards, screen readers and everybody else."""
    return html.Details([html.Summary(desk.t("Angka sebagai tabel")), *body], className="as-table")


# -- tiles ----------------------------------------------------------------------------------------


def tile(label: Any, value: Any, href: str | None, detail: Any, tone: str = "") -> Component:
    """A key figure, and the door to what it counts."""
    shown = html.A(value, href=href, className="door") if href else value
    return html.Div(
        [
            html.Dt(label, className="label"),
            html.Dd(shown, className=f"value {tone}".strip()),
            html.Dd(detail, className="detail"),
        ],
        className="tile",
    )


def tiles(*found: Component) -> Component:
    """Key figures in a row."""
    return html.Dl(list(found), className="tiles")


# -- tables ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """A column's heading; numbers stand to the right."""

    label: str
    number: bool = True
    tone: str = ""


def table(columns: Sequence[Column], rows: Sequence[Sequence[Any]], caption: str) -> Component:
    """A plain table; the first cell names the row."""
    head = [html.Th(column.label, scope="col", className=_kind(column)) for column in columns]
    body = [
        html.Tr(
            [
                html.Th(cell, scope="row", className=_kind(column))
                if number == 0
                else html.Td(cell, className=_kind(column))
                for number, (column, cell) in enumerate(zip(columns, row, strict=True))
            ]
        )
        for row in rows
    ]
    made = html.Table(
        [
            html.Caption(caption, className="unseen"),
            html.Thead(html.Tr(head)),
            html.Tbody(body),
        ]
    )
    scrolled = {"aria-label": caption, "tabIndex": 0}
    return html.Div(made, className="table", role="region", **scrolled)  # type: ignore[arg-type]


def _kind(column: Column) -> str | None:
    return f"{'number' if column.number else ''} {column.tone}".strip() or None


def measure(share: float | None, tone: str = "") -> Component:
    """A bar in a cell: how much of the most, or a share of all."""
    if share is None:
        return html.Span()
    width = max(0.0, min(share, 1.0)) * 100
    return html.Span(
        html.Span(className=f"fill {tone}".strip(), style={"width": f"{width:.1f}%"}),
        className="measure",
    )


def spark(values: Sequence[int]) -> Component:
    """Small columns, oldest first."""
    most = max(values, default=0) or 1
    bars = [
        html.Span(style={"height": f"{max(value / most, 0.04) * 100:.0f}%"}) for value in values
    ]
    return html.Span(bars, className="spark", **{"aria-hidden": "true"})  # type: ignore[arg-type]


# -- states ---------------------------------------------------------------------------------------


def nothing(sentence: str) -> Component:
    """There is nothing yet, and that is an answer."""
    return html.P(sentence, className="nothing")


def trouble(title: str, sentence: str, *doors: Component) -> Component:
    """Something can't be shown: what, and what to do."""
    return html.Div(
        [html.H1(title), html.P(sentence), html.P(list(doors), className="doors")],
        className="trouble",
        role="alert",
    )
