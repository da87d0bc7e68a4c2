"""Open reports in each agency's hands: the overdue first, then by age; and the share met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data_access.metrics import ENOUGH_CASES, wilson
from data_access.records import AgeBand
from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, Picture, heading, number, props, span, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.records import AgencyBacklog, OnTime
    from data_access.snapshot import Snapshot

PANEL = "backlog"
OVERVIEW_ROWS = 10
DETAIL_ROWS = 18
USUAL_DIGITS = 3
"""A longer number gets more room."""


def draw(snapshot: Snapshot, canvas: Canvas) -> Drawing:
    """The sentence names whose backlog asks for a call."""
    answer = snapshot.backlog
    if answer.value is None:
        return unknown(PANEL, answer, snapshot, "Tunggakan per SKPD")
    rows = [row for row in answer.value if row.open or row.on_time.share.n]
    rows = rows[: canvas.fitting(DETAIL_ROWS if canvas.detail else OVERVIEW_ROWS)]
    note = [
        span("lewat tenggat", "key act"),
        *(_band_keys() if canvas.detail else [span("menurut umur", "key ages")]),
        span("terbuka · tepat, 90 hari" if canvas.detail else "terbuka · tepat", "end"),
    ]
    return heading(PANEL, _title(rows), answer, snapshot, note) | props(
        ids.figure(PANEL), figure=backlog_figure(rows, canvas)
    )


BAND_WORDS = ("≤ 24 jam", "1–3 hari", "4–7 hari", "8–30 hari", "31–90 hari", "> 90 hari")


def _band_keys() -> list[Component]:
    return [span(words, f"key age-{n}") for n, words in enumerate(BAND_WORDS)]


def _title(rows: Sequence[AgencyBacklog]) -> list[object]:
    if not rows or not rows[0].open:
        return ["Tidak ada tunggakan"]
    first = rows[0]
    if not first.overdue:
        return ["Tidak ada SKPD yang lewat tenggat"]
    return [
        f"{formats.short_agency(first.agency)}: ",
        number(formats.number(first.overdue), "act"),
        " lewat tenggat",
    ]


def backlog_figure(rows: Sequence[AgencyBacklog], canvas: Canvas) -> Picture:
    """Horizontal bars, one for each agency, labelled directly with numbers and share."""
    theme = canvas.theme
    positions = list(range(len(rows)))
    figure = Picture(canvas)
    _add_bars(figure, positions, [row.overdue for row in rows], theme.act)
    for band, colour in zip(AgeBand, theme.ages, strict=True):
        rest = [row.bands[band] - row.overdue_bands.get(band, 0) for row in rows]
        _add_bars(figure, positions, rest, colour)
    labels = [
        label
        for position, row in zip(positions, rows, strict=True)
        for label in _labels(position, row, canvas)
    ]
    names = [formats.short_agency(row.agency) + "\u2002" for row in rows]
    longest = max((row.open for row in rows), default=1) or 1
    digits = canvas.text_px * 0.62 * max(0, len(formats.number(longest)) - USUAL_DIGITS)
    left = canvas.text_px * 0.68 * max((len(name) for name in names), default=1)
    return figure.update_layout(
        barmode="stack",
        bargap=0.42,
        margin={"l": left, "r": canvas.text_px * (14.7 if canvas.detail else 6.6) + digits},
        annotations=labels,
        xaxis={"visible": False, "range": [0, longest]},
        yaxis={
            "tickmode": "array",
            "tickvals": positions,
            "ticktext": names,
            "range": [len(rows) - 0.5, -0.5],
            "tickfont": {"color": theme.text},
        },
    )


def _add_bars(figure: Picture, positions: list[int], values: list[int], colour: str) -> None:
    figure.add_bar(
        orientation="h", x=values, y=positions, marker={"color": colour, "line": {"width": 0}}
    )


def _labels(position: int, row: AgencyBacklog, canvas: Canvas) -> list[dict[str, object]]:
    theme, size = canvas.theme, canvas.text_px
    shared = {"xref": "paper", "x": 1, "y": position, "showarrow": False, "xanchor": "right"}
    texts = [
        (formats.number(row.open), size * 2.3, theme.text),
        (_share(row.on_time, canvas), size * (14.5 if canvas.detail else 6.4), theme.muted),
    ]
    return [
        shared | {"text": text, "xshift": shift, "font": {"color": colour}}
        for text, shift, colour in texts
    ]


def _share(on_time: OnTime, canvas: Canvas) -> str:
    if on_time.share.n < ENOUGH_CASES:
        return "belum cukup data" if canvas.detail else f"n = {on_time.share.n}"
    interval = wilson(on_time.share)
    if not canvas.detail or interval is None:
        return formats.percent(on_time.share)
    low, high = (formats.number(bound * 100) for bound in interval)
    return f"{formats.percent(on_time.share)} ({low}–{high}, n = {on_time.share.n})"
