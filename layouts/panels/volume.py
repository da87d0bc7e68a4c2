"""Monthly volume: received and finished, the running month marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from layouts import formats, ids
from layouts.drawing import Canvas, Drawing, Picture, cells, heading, number, props, span, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from data_access.records import MonthVolume
    from data_access.snapshot import Snapshot

PANEL = "volume"
OVERVIEW_MONTHS = 24


def draw(snapshot: Snapshot, canvas: Canvas) -> Drawing:
    """The sentence, the figure and, on a whole canvas, the months as rows."""
    answer = snapshot.volume
    if not answer.value:
        return unknown(PANEL, answer, snapshot, "Laporan per bulan")
    months = answer.value if canvas.detail else answer.value[-OVERVIEW_MONTHS:]
    now = months[-1]
    title = [
        f"{formats.month_short(now.month)}: ",
        number(formats.number(now.received)),
        " masuk, ",
        number(formats.number(now.finished)),
        " selesai",
    ]
    note = [span("masuk", "key received"), span("selesai", "key finished"), "bulan ini berjalan"]
    drawing = heading(PANEL, title, answer, snapshot, note)
    drawing |= props(ids.figure(PANEL), figure=volume_figure(months, canvas))
    if canvas.detail:
        drawing |= props(ids.body(PANEL), children=_rows(months))
    return drawing


def volume_figure(months: Sequence[MonthVolume], canvas: Canvas) -> Picture:
    """Bars of received, a line of finished; a month that is not over is hatched."""
    theme = canvas.theme
    positions = list(range(len(months)))
    over = [month.complete for month in months]
    most = max((max(month.received, month.finished) for month in months), default=0)
    left = canvas.text_px * (1.1 + 0.6 * len(formats.number(most)))
    figure = Picture(canvas)
    figure.add_bar(
        x=positions,
        y=[month.received for month in months],
        marker={
            "color": theme.received,
            "line": {"width": 0},
            "pattern": {
                "shape": ["" if done else "/" for done in over],
                "fgcolor": theme.received,
                "bgcolor": theme.ground,
                "size": 9,
                "solidity": 0.4,
            },
        },
    )
    figure.add_scatter(
        x=positions,
        y=[month.finished for month in months],
        mode="lines+markers",
        line={"color": theme.finished, "width": 3.5, "shape": "linear"},
        marker={"size": [0] * (len(months) - 1) + [11], "color": theme.finished},
    )
    return figure.update_layout(
        margin={"l": left, "r": 8, "t": 14, "b": canvas.text_px * 1.7},
        bargap=0.3,
        xaxis={
            "tickmode": "array",
            "tickvals": [n for n, month in enumerate(months) if month.month.month in (1, 7)],
            "ticktext": [_tick(month) for month in months if month.month.month in (1, 7)],
            "range": [-0.7, len(months) - 0.3],
        },
        yaxis={
            "showgrid": True,
            "rangemode": "tozero",
            "nticks": max(2, min(canvas.fitting(5), most + 1)),
            "tickformat": ",d",
        },
    )


def _tick(month: MonthVolume) -> str:
    return str(month.month.year) if month.month.month == 1 else formats.month_short(month.month)


def _rows(months: Sequence[MonthVolume]) -> list[Component]:
    head = cells("head", ["bulan", "masuk", "selesai", "selisih"], "head")
    return [head] + [
        cells(
            month.month.isoformat(),
            [
                span(formats.month_label(month.month, month.complete)),
                number(formats.number(month.received)),
                number(formats.number(month.finished)),
                span(f"{'+' if month.net_flow > 0 else ''}{formats.number(month.net_flow)}"),
            ],
        )
        for month in reversed(months[-18:])
    ]
